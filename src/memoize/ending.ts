import { expire, expireAll } from '../cache/expiry.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { shared } from '../shared-registry.js';

/**
 * The ends that a program makes: of one call's result, or of all results of a cache. Where a store stands behind the cache, it
 * is told first, because a listener may call the method again.
 */

/** Deletes what there is of a call or, softly, expires it. Tells whether there was anything in memory. */
export function endCall(cache: ReceiverCache, key: CallKey, isSoft: boolean): boolean {
  cache.definition.source?.ended(cache, [key], isSoft);
  shared.observer?.invalidated({ name: cache.definition.name, key, isSoft });
  return isSoft ? expire(cache, key) : cache.delete(key);
}

/** Deletes every result or, softly, expires it. O(n). */
export function endEveryCall(cache: ReceiverCache, isSoft: boolean): void {
  cache.definition.source?.ended(cache, undefined, isSoft);
  shared.observer?.invalidated({ name: cache.definition.name, isSoft });
  if (isSoft) expireAll(cache);
  else cache.clear();
}
