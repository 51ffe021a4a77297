import { CallIndex } from '../key/call-index.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import type { LoadIndex } from '../lru/single-flight.js';
import type { CallLoad } from './call-load.js';

/**
 * What is in flight: the loads of one cache by their call keys. For the most part there is one at a time, which is kept
 * apart, as a Map that is filled and emptied at each miss is made anew by the engine again and again.
 */
export class InFlight implements LoadIndex<CallKey, CallLoad> {
  #one: CallLoad | undefined;
  readonly #others = new CallIndex<CallLoad>();

  get size(): number {
    return this.#others.size + (this.#one ? 1 : 0);
  }

  get(key: CallKey): CallLoad | undefined {
    return this.#isOne(key) ? this.#one : this.#others.get(key);
  }

  set(key: CallKey, load: CallLoad): void {
    if (this.size === 0 || this.#isOne(key)) this.#one = load;
    else this.#others.set(key, load);
  }

  delete(key: CallKey): boolean {
    if (!this.#isOne(key)) return this.#others.delete(key);
    this.#one = undefined;
    return true;
  }

  clear(): void {
    this.#one = undefined;
    this.#others.clear();
  }

  #isOne(key: CallKey): boolean {
    return this.#one !== undefined && isSameKey(this.#one.key, key);
  }
}
