import { isLoading } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';

/** The texts that name calls in a store, with the call keys of the caches: what a store says of a text is found by it. */
export class KnownKeys {
  readonly #byCache = new WeakMap<ReceiverCache, Map<string, CallKey>>();

  /** Notes the key of a call. O(1), and once in a while O(entries). */
  note(cache: ReceiverCache, text: string, key: CallKey): void {
    let keys = this.#byCache.get(cache);
    if (keys === undefined) this.#byCache.set(cache, (keys = new Map()));
    // The keys that have no entry any more go before the others are twice as many.
    if (keys.size > SPARE + 2 * cache.entries.size) {
      for (const [text, key] of keys) {
        if (cache.entries.peek(key) === undefined && !isLoading(cache, key)) keys.delete(text);
      }
    }
    keys.set(text, key);
  }

  of(cache: ReceiverCache, text: string): { readonly key: CallKey } | undefined {
    const keys = this.#byCache.get(cache);
    return keys?.has(text) ? { key: keys.get(text) } : undefined;
  }
}

const SPARE = 64;
