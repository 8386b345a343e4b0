import { type Store, read, write } from './storage.ts';

/** Where a viewer is in a title, as the server takes it. */
export interface Position {
  seconds: number;
  duration: number;
  device: string;
  seq: number;
}

/** `kept`: on the server's disk. `later`: the server is away. `refused`: it will never take it. */
export type Outcome = 'kept' | 'later' | 'refused';

export type Send = (title: string, position: Position, leaving: boolean) => Promise<Outcome>;

const QUEUE = 'pt.positions';
const DEVICE = 'pt.device';
const SEQ = 'pt.seq';
/** Titles whose last position waits for the server; the oldest is given up beyond. */
const MOST_WAITING = 50;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

type Waiting = Record<string, Position>;

const isPosition = (value: unknown): value is Position => {
  const p = value as Position | null;
  return (
    typeof p === 'object' && p !== null && Number.isFinite(p.seconds) && Number.isFinite(p.duration) &&
    typeof p.device === 'string' && Number.isSafeInteger(p.seq)
  );
};
const isWaiting = (value: unknown): value is Waiting =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isPosition);
const isText = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value);

/**
 * Positions on their way to the server. Each is kept on the device until the server has it; of each title only the last
 * counts. Numbers only grow, on this device, over pages and restarts: the server tells late ones apart by them.
 */
export class Positions {
  #retry: ReturnType<typeof setTimeout> | undefined;
  #delay = FIRST_RETRY_MS;
  #sending = false;

  constructor(
    private readonly store: Store,
    private readonly send: Send,
    private readonly random: () => string,
    private readonly now: () => number,
  ) {}

  /** This device's id: made once, at random. */
  get device(): string {
    const known = read(this.store, DEVICE, isText);
    if (known) return known;
    const device = this.random();
    write(this.store, DEVICE, device);
    return device;
  }

  /** Greater than every number before: by the clock, so that two pages at once do not share one. */
  #nextSeq(): number {
    const seq = Math.max(this.now(), (read(this.store, SEQ, isCount) ?? 0) + 1);
    write(this.store, SEQ, seq);
    return seq;
  }

  get waiting(): Waiting {
    return read(this.store, QUEUE, isWaiting) ?? {};
  }

  /** Reports where the viewer is. `leaving`: the page is going away. */
  report(title: string, seconds: number, duration: number, leaving = false): Promise<void> {
    if (!Number.isFinite(seconds) || !Number.isFinite(duration) || duration <= 0) return Promise.resolve();
    const at = Math.min(Math.max(seconds, 0), duration);
    const position = { seconds: round(at), duration: round(duration), device: this.device, seq: this.#nextSeq() };
    const waiting = this.waiting;
    delete waiting[title];
    const entries = [...Object.entries(waiting), [title, position] as const].slice(-MOST_WAITING);
    write(this.store, QUEUE, Object.fromEntries(entries));
    return leaving ? this.#deliver(title, position, true).then(() => undefined) : this.flush();
  }

  /** Sends what waits. On trouble it tries again by itself, less and less often. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retry);
    let away = false;
    try {
      // What is reported meanwhile is sent in the same go.
      for (let left = MOST_WAITING; left > 0 && !away; left--) {
        const [first] = Object.entries(this.waiting);
        if (!first) break;
        away = (await this.#deliver(first[0], first[1], false)) === 'later';
      }
    } finally {
      this.#sending = false;
    }
    if (!away) {
      this.#delay = FIRST_RETRY_MS;
      return;
    }
    this.#retry = setTimeout(() => void this.flush(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY_MS);
  }

  async #deliver(title: string, position: Position, leaving: boolean): Promise<Outcome> {
    const outcome = await this.send(title, position, leaving).catch(() => 'later' as const);
    if (outcome !== 'later') {
      const waiting = this.waiting;
      // A newer one may have come while this was under way.
      if (waiting[title]?.seq === position.seq) {
        delete waiting[title];
        write(this.store, QUEUE, waiting);
      }
    }
    return outcome;
  }
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;
