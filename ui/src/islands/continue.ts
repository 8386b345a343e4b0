import { get } from '../lib/api.ts';
import { positions } from '../lib/reporter.ts';
import './rail.ts';
import { bar } from './progress.ts';

interface Image {
  width: number;
  height: number;
  colour: string;
  sources: { width: number; url: string }[];
}

interface Entry {
  id: string;
  name: string;
  watch_url: string;
  resume_at: number;
  progress: number;
  next: boolean;
  duration?: number;
  episode?: { series: string; series_name: string; season: number; number: number };
  still?: Image;
  hero?: Image;
}

/** For positions on their way, before the row is asked for. */
const MOST_WAIT_MS = 1_500;

/** "Continue watching": the viewer's own row, never part of a page that others get too. Stays hidden while it is empty. */
export class Continue extends HTMLElement {
  async connectedCallback(): Promise<void> {
    const lang = document.documentElement.lang;
    try {
      // What an earlier page could not send belongs here too; a server that is away is not waited for.
      await Promise.race([positions.flush(), new Promise((resolve) => setTimeout(resolve, MOST_WAIT_MS))]);
      const { titles } = await get<{ titles: Entry[] }>(`/api/v1/me/continue?lang=${encodeURIComponent(lang)}`);
      if (titles.length > 0) this.#show(titles);
    } catch {
      // A page without this row is a whole page.
    }
  }

  #show(entries: Entry[]): void {
    const id = `rail-${this.getAttribute('rail') ?? 'continue'}`;
    const heading = document.createElement('h2');
    heading.id = id;
    heading.textContent = this.getAttribute('name');
    const rail = document.createElement('pt-rail');
    for (const side of ['back', 'forward']) rail.setAttribute(side, this.getAttribute(side) ?? '');
    const list = document.createElement('ul');
    list.className = 'rail';
    list.append(...entries.map((entry) => this.#card(entry)));
    rail.append(list);
    this.setAttribute('role', 'region');
    this.setAttribute('aria-labelledby', id);
    this.replaceChildren(heading, rail);
    this.hidden = false;
  }

  #card(entry: Entry): HTMLLIElement {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.className = 'card wide';
    link.href = entry.watch_url;
    const art = document.createElement('span');
    art.className = 'card-art';
    const image = entry.still ?? entry.hero;
    if (image) art.append(picture(image));
    if (!entry.next) art.append(bar(entry.progress));
    const text = document.createElement('span');
    text.className = 'card-text';
    text.append(span('card-name', entry.episode?.series_name ?? entry.name), this.#facts(entry));
    link.append(art, text);
    item.append(link);
    return item;
  }

  #facts(entry: Entry): HTMLElement {
    const facts = span('card-facts', '');
    if (entry.episode) facts.append(span('', `S${entry.episode.season} E${entry.episode.number} · ${entry.name}`));
    if (entry.next) facts.append(span('', this.getAttribute('next') ?? ''));
    else if (entry.duration) {
      const left = Math.floor((entry.duration - entry.resume_at) / 60);
      facts.append(span('', this.#left(left)));
    }
    return facts;
  }

  /** "12 min left", in the plural of the page's language. */
  #left(minutes: number): string {
    const texts = JSON.parse(this.getAttribute('left') ?? '{}') as Record<string, string>;
    const category = minutes < 1 ? 'nearly' : new Intl.PluralRules(document.documentElement.lang).select(minutes);
    return (texts[category] ?? texts['other'] ?? '').replace('{minutes}', String(minutes));
  }
}

function span(name: string, text: string): HTMLElement {
  const element = document.createElement('span');
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

function picture(image: Image): HTMLImageElement {
  const element = new Image(image.width, image.height);
  element.alt = '';
  element.loading = 'lazy';
  element.style.backgroundColor = image.colour;
  element.sizes = '(min-width: 1100px) 304px, 66vw';
  element.srcset = image.sources.map((source) => `${source.url} ${source.width}w`).join(', ');
  return element;
}

customElements.define('pt-continue', Continue);
