import { expireEntry } from '../cache/expiry.js';
import { agingEntry } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { min } from '../platform.js';
import type { StoreLoad } from './store-load.js';

/**
 * Distrusts the results of a cache: invalidations of other processes may have been missed. Each call asks the store again
 * before it is answered. What `staleIfError` and `revalidate` keep stays for them; `staleWhileRevalidate` gives nothing of it.
 * A load that has a lease goes on, since the store itself refuses its result if it is outdated. Other loads are fenced.
 *
 * @param loads The loads that ask the store, of all caches.
 */
export function distrust(cache: ReceiverCache, loads: Iterable<StoreLoad>): void {
  cache.clearIfOutdated();
  for (const load of loads) load.doubt(cache);
  cache.extras.failures?.removeAll();
  for (const key of cache.entries.order()) {
    expireEntry(cache, key);
    const entry = agingEntry(cache, key);
    if (entry !== undefined) entry.staleUntil = min(entry.staleUntil, cache.now());
  }
  cache.flushEvictions();
}
