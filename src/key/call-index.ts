import { type CallKey, isTokens } from './call-key.js';
import { ListIndex } from './list-index.js';

/** A map over call keys. */
export class CallIndex<V> {
  /** By keys that are no token lists. */
  readonly #lone = new Map<CallKey, V>();
  readonly #lists = new ListIndex<V>();

  get size(): number {
    return this.#lone.size + this.#lists.size;
  }

  get(key: CallKey): V | undefined {
    return isTokens(key) ? this.#lists.get(key, key.length) : this.#lone.get(key);
  }

  set(key: CallKey, value: V): void {
    if (isTokens(key)) this.#lists.set(key, value);
    else this.#lone.set(key, value);
  }

  delete(key: CallKey): boolean {
    return isTokens(key) ? this.#lists.delete(key) : this.#lone.delete(key);
  }

  clear(): void {
    this.#lone.clear();
    this.#lists.clear();
  }

  *values(): Generator<V, undefined, undefined> {
    yield* this.#lone.values();
    yield* this.#lists.values();
  }
}
