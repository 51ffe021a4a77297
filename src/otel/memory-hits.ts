import { max, min } from '../platform.js';

/** The calls of one name that memory has answered, and that neither began nor joined a load. Neither count falls. */
export class MemoryHits {
  fresh = 0;
  stale = 0;
  #old = 0;

  /**
   * Adds the calls since the last time.
   *
   * @param calls How many there are by now.
   * @param old How many answers with an old value there are by now. Some may be those of calls that began or joined a load,
   * and that are no calls of this kind: so no more calls are stale than there are.
   */
  update(calls: number, old: number): void {
    const added = max(0, calls - this.fresh - this.stale);
    const stale = min(added, max(0, old - this.#old));
    this.#old = max(this.#old, old);
    this.stale += stale;
    this.fresh += added - stale;
  }
}
