/** Seconds of credits before the next episode begins by itself. */
export const COUNTDOWN = 10;

/** Without a mark where the credits begin, the offer comes so long before the end. */
const WITHOUT_CREDITS = 10;

export type Offer = { show: false } | { show: true; left: number; due: boolean };

/**
 * Decides when to offer the next episode. It counts in the film's own time: a pause halts it, and who jumps into the
 * credits gets the whole countdown. Once cancelled it stays silent until the viewer goes back before the credits.
 */
export class Countdown {
  #entered: number | undefined;
  #cancelled = false;

  constructor(
    private readonly creditsAt: number | null | undefined,
    private readonly duration: number,
  ) {}

  get start(): number {
    const marked = this.creditsAt ?? this.duration - WITHOUT_CREDITS;
    return Math.min(Math.max(marked, 0), this.duration);
  }

  at(time: number): Offer {
    if (time < this.start) {
      this.#entered = undefined;
      this.#cancelled = false;
      return { show: false };
    }
    // A jump back within the credits begins anew.
    if (this.#entered === undefined || time < this.#entered) this.#entered = time;
    if (this.#cancelled) return { show: false };
    const end = Math.min(this.#entered + COUNTDOWN, this.duration);
    const left = Math.max(end - time, 0);
    return { show: true, left: Math.ceil(left), due: left <= 0.05 };
  }

  cancel(): void {
    this.#cancelled = true;
  }
}
