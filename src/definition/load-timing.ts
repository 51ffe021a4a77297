import { min } from '../platform.js';

/**
 * The load timing of one definition: it decides which loads are timed. Two clock readings cost as much as a quick load,
 * so quick loads are sampled. After a timed load of less than 10 µs the sampling interval doubles, up to every 64th
 * load; after a slower one every load is timed again.
 */
export class LoadTiming {
  #stride = 1;
  #left = 1;

  /** Whether the load that begins now should be timed. */
  isDue(): boolean {
    return --this.#left <= 0;
  }

  /**
   * Returns the milliseconds to count for a sample: its own duration, and the same duration, but at most 10 µs, for
   * each load that was skipped since the last sample.
   */
  extrapolate(duration: number): number {
    const others = (this.#stride - 1) * min(duration, QUICK);
    this.#stride = duration < QUICK ? min(2 * this.#stride, LONGEST_STRIDE) : 1;
    this.#left = this.#stride;
    return duration + others;
  }
}

/** The duration in milliseconds below which a load counts as quick. */
const QUICK = 0.01;
/** The largest sampling interval: one load in 64. */
const LONGEST_STRIDE = 64;

/**
 * Whether a load has outlived its `timeout`, by more than a living timer can be late. Some platforms, such as Cloudflare
 * Workers, cancel the loads and the timers of a request that has ended.
 */
export function isLost(since: number, now: number, timeout: number): boolean {
  return now - since >= timeout + GRACE;
}

/** The milliseconds by which a timer may be late. */
const GRACE = 1000;
