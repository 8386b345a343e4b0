import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { BACKGROUNDS, type CaptionStyle, SIZES } from './caption-style.ts';
import { menuStyles } from './menu-styles.ts';
import type { Texts } from './texts.ts';

export interface Choice {
  value: string;
  label: string;
  lang?: string;
}

export interface Section {
  id: 'subtitles' | 'audio' | 'quality';
  label: string;
  value: string;
  choices: Choice[];
}

export type Page = 'root' | 'style' | Section['id'];

export interface Chosen {
  section: Section['id'];
  value: string;
}

/** The player's settings: a small dialog of radio groups, so that arrow keys, Tab and screen readers work as they always do. */
@customElement('pt-menu')
export class Menu extends LitElement {
  static override styles = menuStyles;

  @property({ attribute: false }) sections: Section[] = [];
  @property({ attribute: false }) look!: CaptionStyle;
  @property({ attribute: false }) t!: Texts;
  @state() private page: Page = 'root';

  /** Opens on a page and takes the focus. */
  async show(page: Page): Promise<void> {
    this.page = page;
    this.hidden = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('input:checked, button.entry, button')?.focus();
  }

  override render() {
    const section = this.sections.find((one) => one.id === this.page);
    if (section) return this.#choices(section);
    return this.page === 'style' ? this.#style() : this.#root();
  }

  #root() {
    return html`<div role="dialog" aria-label=${this.t('settings')} @keydown=${this.#keys}>
      ${this.sections.map(
        (section) => html`<button class="entry" @click=${() => void this.show(section.id)}>
          <span>${section.label}</span><span class="value">${current(section)}</span>${forward}
        </button>`,
      )}
      <button class="entry" @click=${() => void this.show('style')}>
        <span>${this.t('style')}</span><span class="value">${this.t(`size-${this.look.size}`)}</span>${forward}
      </button>
    </div>`;
  }

  #head(label: string) {
    return html`<button class="head" @click=${() => void this.show('root')}>
      ${back}<span class="hush">${this.t('menu-back')}: </span><span>${label}</span>
    </button>`;
  }

  #choices(section: Section) {
    return html`<div role="dialog" aria-label=${section.label} @keydown=${this.#keys}>
      ${this.#head(section.label)}
      <div role="radiogroup" aria-label=${section.label}>
        ${section.choices.map(
          (choice) => html`<label>
            <input type="radio" name=${section.id} .checked=${choice.value === section.value} .value=${choice.value}
              @change=${() => this.#chosen({ section: section.id, value: choice.value })}>
            <span lang=${choice.lang ?? nothing}>${choice.label}</span>
          </label>`,
        )}
      </div>
    </div>`;
  }

  #style() {
    const group = <K extends keyof CaptionStyle>(key: K, label: string, values: readonly CaptionStyle[K][]) => html`
      <fieldset><legend>${label}</legend>
        ${values.map(
          (value) => html`<label>
            <input type="radio" name=${key} .checked=${this.look[key] === value}
              @change=${() => this.#styled({ ...this.look, [key]: value })}>
            <span>${this.t(`${key}-${value}`)}</span>
          </label>`,
        )}
      </fieldset>`;
    return html`<div role="dialog" aria-label=${this.t('style')} @keydown=${this.#keys}>
      ${this.#head(this.t('style'))}
      <p class="sample"><span class="cue ${this.look.size} ${this.look.background}">${this.t('style-sample')}</span></p>
      ${group('size', this.t('size'), SIZES)} ${group('background', this.t('background'), BACKGROUNDS)}
    </div>`;
  }

  #chosen(detail: Chosen): void {
    this.dispatchEvent(new CustomEvent('chosen', { detail }));
  }

  #styled(detail: CaptionStyle): void {
    this.dispatchEvent(new CustomEvent('styled', { detail }));
  }

  #keys = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('closed'));
  };
}

const current = (section: Section): string =>
  section.choices.find((choice) => choice.value === section.value)?.label ?? '';
const forward = html`<svg class="turns" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 5l7 7-7 7" /></svg>`;
const back = html`<svg class="turns" viewBox="0 0 24 24" aria-hidden="true"><path d="M15 5l-7 7 7 7" /></svg>`;
