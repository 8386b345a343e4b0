import 'media-chrome/dist/media-controller.js';
import 'media-chrome/dist/media-control-bar.js';
import 'media-chrome/dist/media-play-button.js';
import 'media-chrome/dist/media-seek-backward-button.js';
import 'media-chrome/dist/media-seek-forward-button.js';
import 'media-chrome/dist/media-mute-button.js';
import 'media-chrome/dist/media-volume-range.js';
import 'media-chrome/dist/media-time-range.js';
import 'media-chrome/dist/media-pip-button.js';
import 'media-chrome/dist/media-fullscreen-button.js';
import 'media-chrome/dist/media-preview-thumbnail.js';
import 'media-chrome/dist/media-preview-time-display.js';
import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Away, Refusal } from '../lib/api.ts';
import { positions } from '../lib/reporter.ts';
import { localStore } from '../lib/storage.ts';
import { type CaptionStyle, readStyle, writeStyle } from './caption-style.ts';
import { Captions, cueElement } from './captions.ts';
import { type Problem, endCard, nextCard, problemCard } from './cards.ts';
import { Countdown, type Offer } from './countdown.ts';
import { Engine, type Trouble } from './engine.ts';
import { help } from './help.ts';
import { back, gear, play, question, subtitles as subtitlesIcon } from './icons.ts';
import { hearKeys } from './keys.ts';
import { labels } from './labels.ts';
import { initialSubtitles, languageName, rememberSubtitles } from './languages.ts';
import { type Chosen, type Menu, type Page, type Section } from './menu.ts';
import './menu.ts';
import { sections } from './sections.ts';
import { Session } from './session.ts';
import type { Action } from './shortcuts.ts';
import { playerStyles } from './styles.ts';
import { type Texts, clock, texts } from './texts.ts';

/** Between two saved positions while it plays. */
const SAVE_EVERY_MS = 5_000;
/** Below this a play begins at the start, silently. */
const WORTH_RESUMING = 3;
const TOAST_MS = 7_000;
/** A wait shorter than this shows no spinner. */
const PATIENCE_MS = 400;
/** While a message stands, the player tries again by itself so often. */
const RETRY_MS = 15_000;

/** The player: asks for the playback decision, plays, remembers where the viewer is, and says honestly what is wrong. */
@customElement('pt-player')
export class Player extends LitElement {
  static override styles = playerStyles;

  @property({ attribute: 'title-id' }) titleId = '';
  @property() name = '';
  @property() series = '';
  @property() place = '';
  @property() back = '';
  @property() poster = '';
  @property({ attribute: 'next-href' }) nextHref = '';
  @property({ attribute: 'next-name' }) nextName = '';
  @property({ attribute: 'next-still' }) nextStill = '';

  @state() private ready = false;
  @state() private started = false;
  @state() private waiting = false;
  @state() private ended = false;
  @state() private problem: Problem | undefined;
  @state() private offer: Offer = { show: false };
  @state() private inIntro = false;
  @state() private resumedAt: number | undefined;
  @state() private look: CaptionStyle;
  @state() private menuOpen = false;
  @state() private sections: Section[] = [];
  @state() private said = '';
  @state() private duration = 0;

  @query('video') private video!: HTMLVideoElement;
  @query('media-controller') private controller!: HTMLElement;
  @query('pt-menu') private menu!: Menu;
  @query('.captions') private captionBox!: HTMLElement;
  @query('.time span') private timeBox!: HTMLElement;

  readonly #t: Texts;
  readonly #lang = document.documentElement.lang || 'en';
  readonly #store = localStore();
  #engine!: Engine;
  #captions!: Captions;
  #session: Session | undefined;
  #countdown: Countdown | undefined;
  #chosen = false;
  #lastSaved = 0;
  #deniedOnce = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #opener: HTMLElement | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void)[] = [];

  constructor() {
    super();
    this.#t = texts(this.getAttribute('texts'));
    this.look = readStyle(this.#store);
    labels(this.#lang, this.#t);
    this.dir = document.documentElement.dir;
  }

  protected override firstUpdated(): void {
    this.#engine = new Engine(this.video, { changed: () => this.#changed(), trouble: (t) => this.#trouble(t) });
    this.#captions = new Captions(this.video, (lines) => this.#lines(lines));
    this.#listen();
    void this.#begin(undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#save(true);
    clearTimeout(this.#later);
    this.#session?.end();
    this.#engine?.destroy();
    this.#captions?.end();
    for (const stop of this.#stop.splice(0)) stop();
  }

  #listen(): void {
    const on = (target: EventTarget, event: string, run: (event: Event) => void) => {
      target.addEventListener(event, run);
      this.#stop.push(() => target.removeEventListener(event, run));
    };
    on(document, 'visibilitychange', () => document.hidden && this.#save(true));
    on(window, 'pagehide', () => this.#save(true));
    on(window, 'online', () => this.#online());
    on(window, 'offline', () => this.video.readyState < 3 && this.#fail({ key: 'offline', code: 'offline' }));
    this.#stop.push(hearKeys(this, (action) => this.#act(action)));
  }

  // ---- beginning and trouble ----

  /** Asks for the decision and loads; `at` goes on from there instead of where the server says. */
  async #begin(at: number | undefined): Promise<void> {
    clearTimeout(this.#later);
    this.problem = undefined;
    this.#session?.end();
    try {
      const over = () => this.#renewOrFail();
      const session = await Session.begin(this.titleId, this.#lang, over);
      if (!this.isConnected) return session.end();
      this.#session = session;
      const { playback } = session;
      this.duration = playback.duration;
      this.#countdown = new Countdown(playback.credits_at, playback.duration);
      const from = at ?? playback.resume_at;
      if (at === undefined && from >= WORTH_RESUMING) this.#resumed(from);
      this.#thumbnails(playback.storyboard ?? playback.manifest.replace('master.m3u8', 'storyboard.vtt'));
      this.#engine.load(playback.manifest, from, playback.max_height);
      this.ready = true;
      this.#mediaSession();
      void this.video.play().catch(() => undefined); // Not allowed before a click: the large button waits for it.
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    if (error instanceof Away) {
      this.#fail(navigator.onLine ? { key: 'unavailable', code: 'away' } : { key: 'offline', code: 'offline' });
    } else if (error instanceof Refusal) {
      const key = error.status >= 500 || error.status === 429 ? 'unavailable' : 'denied';
      this.#fail({ key, code: `${error.status} ${error.code}` });
    } else {
      throw error;
    }
  }

  #trouble(trouble: Trouble): void {
    if (trouble.kind === 'denied') return this.#renewOrFail();
    if (trouble.kind === 'network' && !navigator.onLine) return this.#fail({ key: 'offline', code: 'offline' });
    this.#fail({ key: trouble.kind, code: trouble.code });
  }

  /** The token is no longer taken: a new decision, once; then the viewer is asked. */
  #renewOrFail(): void {
    if (this.#deniedOnce) return this.#fail({ key: 'session', code: 'session-over' });
    this.#deniedOnce = true;
    setTimeout(() => (this.#deniedOnce = false), 60_000);
    void this.#begin(this.video.currentTime);
  }

  #fail(problem: Problem): void {
    this.problem = problem;
    clearTimeout(this.#later);
    // What usually passes by itself is tried again without being asked.
    if (problem.key === 'network' || problem.key === 'unavailable') this.#later = setTimeout(this.#retry, RETRY_MS);
    this.waiting = false;
    this.#save(false);
  }

  #retry = (): void => {
    const at = this.#session ? this.video.currentTime : undefined;
    void this.#begin(at);
  };

  #online(): void {
    if (this.problem && this.problem.key !== 'denied') return this.#retry();
    this.#engine.fresh();
  }

  // ---- positions ----

  #save(leaving: boolean): void {
    const duration = this.#session?.playback.duration ?? this.video?.duration;
    if (!this.started || !this.#session || duration === undefined) return;
    this.#lastSaved = performance.now();
    void positions.report(this.titleId, this.ended ? duration : this.video.currentTime, duration, leaving);
  }

  #resumed(at: number): void {
    this.resumedAt = at;
    setTimeout(() => (this.resumedAt = undefined), TOAST_MS);
  }

  // ---- what the video does ----

  #time = (): void => {
    const time = this.video.currentTime;
    const now = clock(time);
    if (this.timeBox.textContent !== now) this.timeBox.textContent = now;
    const intro = this.#session?.playback.intro;
    this.inIntro = !!intro && time >= intro.from && time < intro.to - 0.5;
    this.#lookAhead(time);
    if (!this.video.paused && performance.now() - this.#lastSaved >= SAVE_EVERY_MS) this.#save(false);
  };

  #lookAhead(time: number): void {
    if (!this.nextHref || !this.#countdown || !this.started) return;
    const offer = this.#countdown.at(time);
    if (offer.show && offer.due && !this.video.paused) return this.#goNext();
    // Only what is shown changes: a new object every quarter of a second would draw everything again.
    const same = offer.show === this.offer.show && (!offer.show || !this.offer.show || offer.left === this.offer.left);
    if (!same) this.offer = offer;
  }

  #playing = (): void => {
    this.started = true;
    this.ended = false;
    this.problem = undefined;
    this.#wait(false);
  };

  #paused = (): void => {
    if (!this.video.ended) this.#save(false);
  };

  #finished = (): void => {
    this.ended = true;
    this.#save(false);
    if (this.nextHref && this.offer.show) this.#goNext();
  };

  #wait(waiting: boolean): void {
    clearTimeout(this.#patience);
    if (!waiting) this.waiting = false;
    else this.#patience = setTimeout(() => (this.waiting = !this.problem && !this.video.paused), PATIENCE_MS);
  }

  #goNext = (): void => {
    this.#save(true);
    location.assign(this.nextHref);
  };

  #cancelNext = (): void => {
    this.#countdown?.cancel();
    this.offer = { show: false };
    this.#focusPlay();
  };

  #again = (): void => {
    this.ended = false;
    this.video.currentTime = 0;
    void this.video.play();
  };

  #startOver = (): void => {
    this.resumedAt = undefined;
    this.video.currentTime = 0;
    this.#focusPlay();
  };

  #skipIntro = (): void => {
    const intro = this.#session?.playback.intro;
    if (intro) this.video.currentTime = intro.to;
    this.#focusPlay();
  };

  /** What was pressed is about to vanish: the focus goes where it is of use. */
  #focusPlay(): void {
    this.renderRoot.querySelector<HTMLElement>('media-play-button')?.focus();
  }

  // ---- keys ----

  #act(action: Action): void {
    const { video } = this;
    this.#wake();
    const length = this.#session?.playback.duration ?? video.duration;
    const go = (to: number) => Number.isFinite(length) && (video.currentTime = Math.min(Math.max(to, 0), length));
    switch (action.do) {
      case 'play':
        if (video.paused) void video.play().catch(() => undefined);
        else video.pause();
        break;
      case 'seek':
        go(video.currentTime + action.by);
        break;
      case 'jump':
        go(length * action.to);
        break;
      case 'volume':
        video.muted = false;
        video.volume = Math.min(Math.max(Math.round((video.volume + action.by) * 10) / 10, 0), 1);
        this.said = this.#t('volume-now', { percent: Math.round(video.volume * 100) });
        break;
      case 'mute':
        video.muted = !video.muted;
        this.said = video.muted ? this.#t('muted-now') : this.#t('volume-now', { percent: Math.round(video.volume * 100) });
        break;
      case 'subtitles':
        this.#toggleSubtitles();
        break;
      case 'fullscreen':
        if (document.fullscreenElement) void document.exitFullscreen();
        else void this.controller.requestFullscreen();
        break;
      case 'help':
        this.#help();
    }
  }

  /** Shows the controls, as a moved pointer would. */
  #wake(): void {
    this.controller.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, composed: true, pointerType: 'mouse' }));
  }

  #help = (): void => {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open) dialog.close();
    else dialog?.showModal();
  };

  // ---- subtitles and the menu ----

  #lines(lines: DocumentFragment[]): void {
    const lang = this.#engine.subtitles[this.#engine.subtitle]?.lang;
    this.captionBox?.replaceChildren(...lines.map((line) => cueElement(line, this.look.background, lang)));
  }

  #toggleSubtitles = (): void => {
    const { subtitles } = this.#engine;
    if (subtitles.length === 0) return;
    if (this.#engine.subtitle >= 0) return this.#setSubtitles(-1);
    const last = initialSubtitles(this.#store, subtitles, undefined, this.#lang);
    const own = subtitles.findIndex((track) => track.lang.split('-')[0] === this.#lang.split('-')[0]);
    this.#setSubtitles(last >= 0 ? last : Math.max(own, 0));
  };

  #setSubtitles(index: number): void {
    const track = this.#engine.subtitles[index];
    this.#engine.subtitle = index;
    rememberSubtitles(this.#store, track?.lang);
    this.said = track
      ? this.#t('subtitles-on-now', { name: languageName(track.lang, this.#lang) })
      : this.#t('subtitles-off-now');
    this.#captions.follow();
  }

  /** Tracks or levels came, or another is on. */
  #changed(): void {
    const engine = this.#engine;
    if (!this.#chosen && engine.subtitles.length > 0) {
      this.#chosen = true;
      const spoken = engine.audios[engine.audio]?.lang;
      const first = initialSubtitles(this.#store, engine.subtitles, spoken, this.#lang);
      // hls.js may choose one by itself; the viewer's choice stands above.
      engine.subtitle = first;
    }
    this.sections = sections(engine, this.#t, this.#lang);
    this.#captions?.follow();
  }

  #choose = (event: CustomEvent<Chosen>): void => {
    const value = Number(event.detail.value);
    if (event.detail.section === 'subtitles') this.#setSubtitles(value);
    else if (event.detail.section === 'audio') this.#engine.audio = value;
    else this.#engine.quality = value;
    this.#changed();
  };

  #restyle = (event: CustomEvent<CaptionStyle>): void => {
    this.look = event.detail;
    writeStyle(this.#store, this.look);
    for (const cue of this.captionBox.children) cue.className = `cue ${this.look.background}`;
  };

  #openMenu(page: Page, event: Event): void {
    if (this.menuOpen) return this.#closeMenu();
    this.#opener = event.currentTarget as HTMLElement;
    this.menuOpen = true;
    void this.updateComplete.then(() => this.menu.show(page));
  }

  #closeMenu = (): void => {
    this.menuOpen = false;
    this.#opener?.focus();
  };

  // ---- the browser around ----

  #thumbnails(src: string): void {
    this.video.querySelector('track[label=thumbnails]')?.remove();
    const track = document.createElement('track');
    Object.assign(track, { kind: 'metadata', label: 'thumbnails', default: true, src });
    this.video.append(track);
  }

  #mediaSession(): void {
    if (!('mediaSession' in navigator)) return;
    const artwork = this.poster ? [{ src: this.poster }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title: this.name, artist: this.series, artwork });
    if (this.nextHref) navigator.mediaSession.setActionHandler('nexttrack', this.#goNext);
  }

  // ---- what is seen ----

  override render() {
    const t = this.#t;
    const idle = this.ready && !this.started && !this.problem;
    return html`<media-controller nohotkeys noautohide=${this.menuOpen ? '' : nothing} autohide="3" gesturesdisabled=${this.problem ? '' : nothing} lang=${this.#lang}>
      <video slot="media" playsinline preload="auto" poster=${this.poster || nothing}
        @timeupdate=${this.#time} @seeking=${this.#time} @seeked=${() => this.#save(false)} @playing=${this.#playing}
        @pause=${this.#paused} @ended=${this.#finished} @waiting=${() => this.#wait(true)} @canplay=${() => this.#wait(false)}></video>
      <div slot="centered-chrome" class="centre" noautohide>
        ${idle ? html`<button class="start" aria-label=${t('play')} @click=${() => void this.video.play()}>${play}</button>` : nothing}
        ${this.waiting || (!this.ready && !this.problem) ? html`<span class="spinner" role="img" aria-label=${t(this.ready ? 'buffering' : 'loading')}></span>` : nothing}
      </div>
      ${this.#stage()}
      <media-control-bar class="bar" dir="ltr">${this.#bar()}</media-control-bar>
    </media-controller>`;
  }

  /** Everything over the picture. Inside the controller, so that it is there in full screen too. */
  #stage() {
    const t = this.#t;
    return html`<div slot="top-chrome" noautohide>
      <div class="scrim"></div>
      <div class="captions ${this.look.size}" aria-live="off"></div>
      <div class="head ${this.problem ? 'keep' : ''}">
        <a href=${this.back} aria-label=${t('menu-back')}>${back}</a>
        <p><span class="name">${this.series || this.name}</span>${this.series
          ? html`<br><span class="of">${this.place} · ${this.name}</span>` : nothing}</p>
      </div>
      ${this.resumedAt !== undefined && !this.problem
        ? html`<div class="toast"><span>${t('resumed', { time: clock(this.resumedAt) })}</span>
            <button class="pill" @click=${this.#startOver}>${t('start-over')}</button></div>` : nothing}
      ${this.inIntro && !this.problem ? html`<button class="float pill" @click=${this.#skipIntro}>${t('skip-intro')}</button>` : nothing}
      ${this.offer.show && !this.problem
        ? nextCard(t, { href: this.nextHref, name: this.nextName, still: this.nextStill }, this.offer.left, () => this.#save(true), this.#cancelNext)
        : nothing}
      ${this.ended && !this.offer.show && !this.problem ? endCard(t, this.nextHref, this.back, this.#again) : nothing}
      ${this.problem ? problemCard(t, this.problem, this.back, this.#retry) : nothing}
      <pt-menu dir=${this.dir || nothing} .sections=${this.sections} .look=${this.look} .t=${t} ?hidden=${!this.menuOpen}
        @chosen=${this.#choose} @styled=${this.#restyle} @closed=${this.#closeMenu}></pt-menu>
      ${help(t)}
      <p class="hush" role="status">${this.said}</p>
    </div>`;
  }

  #bar() {
    const t = this.#t;
    const on = Number(this.sections[0]?.value ?? -1) >= 0;
    return html`<div>
      <media-time-range></media-time-range>
      <div class="row">
        <media-play-button></media-play-button>
        <media-seek-backward-button seekoffset="10"></media-seek-backward-button>
        <media-seek-forward-button seekoffset="10"></media-seek-forward-button>
        <media-mute-button></media-mute-button>
        <media-volume-range></media-volume-range>
        <span class="time"><span>0:00</span> / ${clock(this.duration)}</span>
        <span class="gap"></span>
        <button class="icon desk" title=${t('help')} aria-label=${t('help')} @click=${this.#help}>${question}</button>
        <button class="icon" title=${t('subtitles')} aria-label=${t('subtitles')} aria-pressed=${on}
          @click=${(event: Event) => this.#openMenu('subtitles', event)}>${subtitlesIcon}</button>
        <button class="icon" title=${t('settings')} aria-label=${t('settings')} aria-expanded=${this.menuOpen}
          @click=${(event: Event) => this.#openMenu('root', event)}>${gear}</button>
        <media-pip-button></media-pip-button>
        <media-fullscreen-button></media-fullscreen-button>
      </div>
    </div>`;
  }
}
