import { Away, Refusal, post } from '../lib/api.ts';
import { renewIn } from './renewal.ts';

/** The playback decision. Times in seconds. */
export interface Playback {
  asset: string;
  manifest: string;
  storyboard?: string;
  session: string;
  token_expires_at: string;
  heartbeat_seconds?: number;
  resume_at: number;
  duration: number;
  intro: { from: number; to: number } | null;
  credits_at: number | null;
  max_height: number | null;
}

interface Renewed {
  token_expires_at: string;
  heartbeat_seconds?: number;
}

/** One play: begun by the server's decision, kept alive by heartbeats that renew its token. */
export class Session {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #over = false;

  private constructor(
    readonly playback: Playback,
    private readonly ended: () => void,
  ) {
    this.#plan(playback);
  }

  /** Throws `Refusal` or `Away`. `ended`: the session cannot be renewed any more. */
  static async begin(title: string, lang: string, ended: () => void): Promise<Session> {
    return new Session(await post<Playback>('/api/v1/playback', { title, lang }), ended);
  }

  #plan(renewed: Renewed): void {
    if (this.#over) return;
    const wait = renewIn(Date.now(), renewed.token_expires_at, renewed.heartbeat_seconds ?? 0, this.#failures);
    this.#timer = setTimeout(() => void this.#beat(renewed), wait);
  }

  async #beat(last: Renewed): Promise<void> {
    try {
      const renewed = await post<Renewed>('/api/v1/playback/heartbeat', { session: this.playback.session });
      this.#failures = 0;
      this.#plan(renewed);
    } catch (error) {
      if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
        if (!this.#over) this.ended();
        return;
      }
      if (!(error instanceof Away || error instanceof Refusal)) throw error;
      this.#failures += 1;
      this.#plan(last);
    }
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
