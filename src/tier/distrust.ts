import { expireAll } from '../cache/expiry.js';
import { agingEntry } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { min } from '../platform.js';

/**
 * Distrusts the results of a cache: invalidations of other processes may have been missed. Each call asks the store again
 * before it is answered. What `staleIfError` and `revalidate` keep stays for them; `staleWhileRevalidate` gives nothing of it.
 */
export function distrust(cache: ReceiverCache): void {
  expireAll(cache);
  for (const key of cache.entries.order()) {
    const entry = agingEntry(cache, key);
    if (entry !== undefined) entry.staleUntil = min(entry.staleUntil, cache.now());
  }
}
