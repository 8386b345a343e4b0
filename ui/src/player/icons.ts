import { html } from 'lit';

export const gear = html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="3.2" /><path d="M19.4 13.5a7.6 7.6 0 0 0 0-3l2-1.5-2-3.4-2.3 1a7.6 7.6 0 0 0-2.6-1.5L14.1 2.6h-4.2l-.4 2.5a7.6 7.6 0 0 0-2.6 1.5l-2.3-1-2 3.4 2 1.5a7.6 7.6 0 0 0 0 3l-2 1.5 2 3.4 2.3-1a7.6 7.6 0 0 0 2.6 1.5l.4 2.5h4.2l.4-2.5a7.6 7.6 0 0 0 2.6-1.5l2.3 1 2-3.4z" /></svg>`;
export const subtitles = html`<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="2.5" y="4.5" width="19" height="15" rx="2.5" /><path d="M6 12h3M12 12h6M6 15.5h7M16 15.5h2" /></svg>`;
export const question = html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" /><path d="M9.3 9.4a2.7 2.7 0 0 1 5.3.7c0 1.8-2.6 2.2-2.6 3.9M12 17.2v.1" /></svg>`;
export const back = html`<svg class="turns" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 12H4.5M11 5l-7 7 7 7" /></svg>`;
export const play = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 4.5v15l12-7.5z" /></svg>`;
