import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData } from 'hls.js';
import workerPath from 'hls.js/dist/hls.worker.js?url';

export interface Track {
  lang: string;
  name: string;
}

/** Why playback stopped. `denied`: the token is no longer taken; `network`: nothing comes; `media`: it cannot be decoded. */
export type Trouble = { kind: 'denied' | 'network' | 'media'; code: string };

/** What the engine tells the player. */
export interface Told {
  changed: () => void;
  trouble: (trouble: Trouble) => void;
}

/** Tries at loading again that a viewer sees only as waiting. */
const QUIET_TRIES = 3;
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 8_000;
/** Seconds in the buffer with which nobody needs to be told of anything. */
const AMPLE = 1;
/** hls.js's own tries at one file, before it tells. */
const RETRY = { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 4_000 };
const POLICY = {
  default: { maxTimeToFirstByteMs: 8_000, maxLoadTimeMs: 60_000, timeoutRetry: RETRY, errorRetry: RETRY },
};
const MOST_MEDIA_REPAIRS = 2;
const MOST_INSISTENCE = 5;

/** Brings an HLS presentation into a video element: by hls.js, or by the browser's own player where there is no MSE. */
export class Engine {
  #hls: Hls | undefined;
  #tries = 0;
  #repairs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Which subtitles the viewer wants; hls.js turns them off while it makes its text tracks. */
  #wanted: number | undefined;
  #insisted = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly told: Told,
  ) {}

  load(manifest: string, startAt: number, maxHeight: number | null): void {
    this.destroy();
    if (Hls.isSupported()) {
      this.#load(manifest, startAt, maxHeight);
    } else if (this.video.canPlayType('application/vnd.apple.mpegurl')) {
      this.video.src = manifest;
      this.video.addEventListener('loadedmetadata', () => (this.video.currentTime = startAt), { once: true });
      this.video.onerror = () => this.told.trouble({ kind: 'media', code: `native-${this.video.error?.code ?? 0}` });
      this.video.textTracks.onaddtrack = this.told.changed;
    } else {
      this.told.trouble({ kind: 'media', code: 'no-hls' });
    }
  }

  #load(manifest: string, startAt: number, maxHeight: number | null): void {
    const hls = new Hls({
      workerPath,
      startPosition: startAt,
      capLevelToPlayerSize: true,
      manifestLoadPolicy: POLICY,
      playlistLoadPolicy: POLICY,
      fragLoadPolicy: POLICY,
      backBufferLength: 60,
      // Texts are drawn by the player, over its own controls and in the viewer's own style.
      renderTextTracksNatively: true,
    });
    this.#hls = hls;
    hls.subtitleDisplay = false;
    hls.on(Events.MANIFEST_PARSED, () => {
      if (maxHeight) {
        const top = hls.levels.map((level) => level.height <= maxHeight).lastIndexOf(true);
        if (top >= 0) hls.autoLevelCapping = top;
      }
      this.told.changed();
    });
    for (const event of [
      Events.SUBTITLE_TRACKS_UPDATED, Events.SUBTITLE_TRACK_SWITCH, Events.AUDIO_TRACKS_UPDATED,
      Events.AUDIO_TRACK_SWITCHED, Events.LEVEL_SWITCHED,
    ] as const) {
      hls.on(event, this.told.changed);
    }
    hls.on(Events.SUBTITLE_TRACK_SWITCH, (_, { id }) => this.#insist(hls, id));
    hls.on(Events.FRAG_LOADED, () => (this.#tries = 0));
    hls.on(Events.ERROR, (_, data) => this.#error(hls, data));
    hls.loadSource(manifest);
    hls.attachMedia(this.video);
  }

  #insist(hls: Hls, on: number): void {
    const wanted = this.#wanted;
    if (wanted === undefined || on === wanted || this.#insisted >= MOST_INSISTENCE) return;
    this.#insisted += 1;
    queueMicrotask(() => {
      if (hls === this.#hls) hls.subtitleTrack = wanted;
    });
  }

  #error(hls: Hls, data: ErrorData): void {
    const status = data.response?.code ?? 0;
    // The token ended or was never sent: no use in trying the same again.
    if (status === 401 || status === 403) {
      hls.stopLoad();
      this.told.trouble({ kind: 'denied', code: `${status}` });
      return;
    }
    if (!data.fatal) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && this.#repairs < MOST_MEDIA_REPAIRS) {
      this.#repairs += 1;
      if (this.#repairs > 1) hls.swapAudioCodec();
      hls.recoverMediaError();
      return;
    }
    const code = status > 0 ? `${data.details}-${status}` : data.details;
    if (data.type !== ErrorTypes.NETWORK_ERROR) {
      this.told.trouble({ kind: 'media', code });
      return;
    }
    const hopeless = status === 404 || status === 410 || data.details === ErrorDetails.MANIFEST_PARSING_ERROR;
    if ((hopeless || this.#tries >= QUIET_TRIES) && this.#ahead() < AMPLE) {
      this.told.trouble({ kind: 'network', code });
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.again(), Math.min(FIRST_WAIT_MS * 2 ** this.#tries, LAST_WAIT_MS));
    this.#tries += 1;
  }

  /** Seconds that can be played without anything more coming. */
  #ahead(): number {
    const { buffered, currentTime } = this.video;
    for (let at = 0; at < buffered.length; at++) {
      if (buffered.start(at) <= currentTime && currentTime <= buffered.end(at)) return buffered.end(at) - currentTime;
    }
    return 0;
  }

  /** Tries to load again, from where it stopped. */
  again(): void {
    const hls = this.#hls;
    if (!hls) return;
    if (hls.levels.length === 0 && hls.url) hls.loadSource(hls.url);
    else hls.startLoad();
  }

  /** Forgets how often it has tried: a new network, a new token. */
  fresh(): void {
    this.#tries = 0;
    this.#repairs = 0;
    clearTimeout(this.#timer);
    this.again();
  }

  /** Heights by level, greatest first. */
  get qualities(): { level: number; height: number; label: string }[] {
    const levels = this.#hls?.levels ?? [];
    const cap = this.#hls?.autoLevelCapping ?? -1;
    return levels
      .map((level, at) => ({ level: at, height: level.height, label: `${level.height}p` }))
      .filter((quality) => cap < 0 || quality.level <= cap)
      .sort((a, b) => b.height - a.height);
  }

  /** -1: chosen by itself. */
  get quality(): number {
    const hls = this.#hls;
    return !hls || hls.autoLevelEnabled ? -1 : hls.nextLevel >= 0 ? hls.nextLevel : hls.currentLevel;
  }

  set quality(level: number) {
    if (this.#hls) this.#hls.nextLevel = level;
  }

  /** Of what is seen now. */
  get height(): number {
    const hls = this.#hls;
    return hls?.levels[hls.currentLevel]?.height ?? this.video.videoHeight;
  }

  get subtitles(): Track[] {
    if (this.#hls) return this.#hls.subtitleTracks.map((track) => ({ lang: track.lang ?? '', name: track.name }));
    return this.#native().map((track) => ({ lang: track.language, name: track.label }));
  }

  get subtitle(): number {
    return this.#hls ? this.#hls.subtitleTrack : this.#native().findIndex((track) => track.mode !== 'disabled');
  }

  set subtitle(index: number) {
    if (this.#hls) {
      this.#wanted = index;
      this.#insisted = 0;
      this.#hls.subtitleTrack = index;
      this.#hls.subtitleDisplay = false;
    } else {
      this.#native().forEach((track, at) => (track.mode = at === index ? 'hidden' : 'disabled'));
    }
    this.told.changed();
  }

  #native(): TextTrack[] {
    return [...this.video.textTracks].filter((track) => track.kind === 'subtitles' || track.kind === 'captions');
  }

  get audios(): Track[] {
    return (this.#hls?.audioTracks ?? []).map((track) => ({ lang: track.lang ?? '', name: track.name }));
  }

  get audio(): number {
    return this.#hls?.audioTrack ?? 0;
  }

  set audio(index: number) {
    if (this.#hls) this.#hls.audioTrack = index;
    this.told.changed();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#repairs = 0;
    this.#hls?.destroy();
    this.#hls = undefined;
  }
}
