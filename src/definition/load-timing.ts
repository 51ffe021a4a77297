/**
 * The load timing of one definition: which of its loads are timed. Two readings of the clock cost as much as a quick load,
 * so quick ones are sampled: after a timed load under 10 µs twice as many pass before the next is timed, up to 64; after a
 * slower one each is timed again.
 */
export class LoadTiming {
  #stride = 1;
  #left = 1;

  /** Whether to time the load that begins now as a sample. */
  isDue(): boolean {
    return --this.#left <= 0;
  }

  /** The milliseconds to count for a sample: its own, and as many, but at most 10 µs, for each load that was not timed. */
  extrapolate(duration: number): number {
    const others = (this.#stride - 1) * Math.min(duration, QUICK);
    this.#stride = duration < QUICK ? Math.min(2 * this.#stride, LONGEST_STRIDE) : 1;
    this.#left = this.#stride;
    return duration + others;
  }
}

/** Milliseconds. */
const QUICK = 0.01;
const LONGEST_STRIDE = 64;
