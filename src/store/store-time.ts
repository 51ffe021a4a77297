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
  /** Whether the clock was behind the time when it was read last: the time stands still until someone calls `advance`. */
  isBehind = false;

  constructor(engine: Pick<Engine, 'time' | 'setTime'>, clock: () => number) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Returns the time. It never runs backwards. */
  now(): number {
    const { latest, offset } = this.#engine.time();
    const time = this.#clock() + offset;
    const known = max(latest, this.#latest);
    this.isBehind = time < known;
    this.#latest = max(known, time);
    return this.#latest;
  }

  /** Returns the time, and stores what other clients have to know of it. Call it in a transaction. */
  advance(): number {
    const now = this.now();
    const { latest, offset } = this.#engine.time();
    const added = max(offset, now - this.#clock());
    if (added > offset || now > latest) this.#engine.setTime({ latest: now, offset: added });
    return now;
  }
}
