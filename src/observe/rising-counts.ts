import { max } from '../platform.js';

/** Counts that were told, each of which never falls. */
export class RisingCounts {
  readonly #told = new Map<string, number>();

  /** Returns the count to tell now: the highest that was given for the series. */
  next(series: string, count: number): number {
    const told = max(this.#told.get(series) ?? 0, count);
    this.#told.set(series, told);
    return told;
  }
}
