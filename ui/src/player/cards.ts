import { html, nothing } from 'lit';
import type { Texts } from './texts.ts';

/** Why nothing plays: in words by `key`, for support by `code`. */
export interface Problem {
  key: 'network' | 'offline' | 'media' | 'unavailable' | 'session' | 'denied';
  code: string;
}

export interface Next {
  href: string;
  name: string;
  still: string;
}

/** The next episode, which begins by itself in `left` seconds unless it is cancelled. */
export const nextCard = (t: Texts, next: Next, left: number, leave: () => void, cancel: () => void) =>
  html`<section class="float next" aria-label=${t('next')}>
    ${next.still ? html`<img src=${next.still} alt="">` : nothing}
    <p class="what">${t('next')} · <span>${t('next-in', { seconds: left })}</span></p>
    <p class="name">${next.name}</p>
    <p class="choices"><a class="pill main" href=${next.href} @click=${leave}>${t('next-now')}</a>
      <button class="pill" @click=${cancel}>${t('cancel')}</button></p>
  </section>`;

/** What to do after the end. */
export const endCard = (t: Texts, next: string, back: string, again: () => void) =>
  html`<div class="notice"><h2>${t('ended')}</h2>
    <div class="choices"><button class="pill main" @click=${again}>${t('again')}</button>
      <a class="pill" href=${next || back}>${t(next ? 'next' : 'menu-back')}</a></div></div>`;

/** What is wrong, in plain words, and what can be done. */
export const problemCard = (t: Texts, problem: Problem, back: string, retry: () => void) =>
  html`<div class="notice" role="alert"><h2>${t(`error-${problem.key}`)}</h2>
    <p>${t(`error-${problem.key}-text`)}</p>
    <div class="choices"><button class="pill main" @click=${retry}>${t('retry')}</button>
      <a class="pill" href=${back}>${t('menu-back')}</a></div>
    <p class="code">${t('code', { code: problem.code })}</p></div>`;
