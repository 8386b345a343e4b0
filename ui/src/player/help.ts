import { html } from 'lit';
import type { Texts } from './texts.ts';

const KEYS: [string[], string][] = [
  [['Space', 'K'], 'help-play'],
  [['J', 'L'], 'help-jump'],
  [['←', '→'], 'help-step'],
  [['↑', '↓'], 'help-volume'],
  [['M'], 'help-mute'],
  [['C'], 'help-subtitles'],
  [['F'], 'help-fullscreen'],
  [['0', '9'], 'help-percent'],
  [['?'], 'help-help'],
];

/** The shortcuts, in a modal dialog. Keys are Latin whatever the language, so they run from left to right. */
export const help = (t: Texts) => html`<dialog aria-labelledby="help-name">
  <h2 id="help-name">${t('help')}</h2>
  <dl>
    ${KEYS.map(
      ([keys, what]) => html`<dt dir="ltr">${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${t(what)}</dd>`,
    )}
  </dl>
  <form method="dialog"><button class="pill main">${t('close')}</button></form>
</dialog>`;
