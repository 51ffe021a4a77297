import { failureOf } from '../cache/inspection.js';
import { isLoading } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';

/** The keys of one cache by their texts, and how many there may be before those without an entry are dropped. */
interface Known {
  readonly keys: Map<string, CallKey>;
  most: number;
}

/** The texts that name calls in a store, with the call keys of the caches: what a store says of a text is found by it. */
export class KnownKeys {
  readonly #byCache = new WeakMap<ReceiverCache, Known>();

  /** Notes the key of a call. O(1), and once in a while O(entries). */
  note(cache: ReceiverCache, text: string, key: CallKey): void {
    let known = this.#byCache.get(cache);
    if (known === undefined) this.#byCache.set(cache, (known = { keys: new Map(), most: SPARE }));
    const { keys } = known;
    keys.set(text, key);
    if (keys.size <= known.most) return;
    for (const [other, otherKey] of keys) {
      const isStored = cache.entries.peek(otherKey) !== undefined || failureOf(cache, otherKey) !== undefined;
      const isKept = other === text || isLoading(cache, otherKey) || isStored;
      if (!isKept) keys.delete(other);
    }
    known.most = SPARE + 2 * keys.size;
  }

  of(cache: ReceiverCache, text: string): { readonly key: CallKey } | undefined {
    const keys = this.#byCache.get(cache)?.keys;
    return keys?.has(text) ? { key: keys.get(text) } : undefined;
  }
}

const SPARE = 64;
