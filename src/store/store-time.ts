import { max } from '../platform.js';
import type { Engine } from './engine.js';

/**
 * The time of a local store: the wall clock, and what is added to it since it was seen to run backwards. So an entry lives no
 * longer because someone sets the clock back. All clients add the same, which is a record of the engine.
 */
export class StoreTime {
  readonly #engine: Pick<Engine, 'time' | 'setTime'>;
  readonly #clock: () => number;
  /** The latest time that this client has seen. */
  #latest = 0;
  /** Whether the clock was set back since anything was stored of it: the time stands still until `advance`. */
  isBehind = false;

  constructor(engine: Pick<Engine, 'time' | 'setTime'>, clock: () => number) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Returns the time. It never runs backwards. */
  now(): number {
    const { latest, offset } = this.#engine.time();
    const time = this.#clock() + offset;
    this.#latest = max(latest, this.#latest, time);
    // The sum of fractions can be less by a rounding.
    this.isBehind = this.#latest - time >= 1;
    return this.#latest;
  }

  /** Returns the time, and stores what other clients have to know of it. Call it in a transaction. */
  advance(): number {
    const now = this.now();
    const { latest, offset } = this.#engine.time();
    const added = max(offset, now - this.#clock());
    if (added > offset || now > latest) this.#engine.setTime({ latest: now, offset: added });
    this.isBehind = false;
    return now;
  }
}
