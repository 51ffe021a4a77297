import type { AgingEntry } from '../cache/aging-entry.js';
import { agingEntry } from '../cache/inspection.js';
import type { EntryHeader } from '../codec/entry.js';
import { signalOf } from '../definition/caller-signal.js';
import { storeEntry } from '../load/store-entry.js';
import { assign, resolved } from '../platform.js';
import { reload } from '../resilience/load-runner.js';
import { SharedLoad } from '../resilience/shared-load.js';
import type { StoredEntry } from '../store/store.js';
import type { LoadRequest } from './load-request.js';
import { freshFor, userTagsOf } from './stored-times.js';

/** An old entry of a store: one past its ttl, or one that was expired. */

/**
 * Keeps an old entry in memory, and tells whether it answers the load as a stale value. Then the load's callers have it
 * reloaded, as those of a hit in memory do.
 */
export function serveOld(of: LoadRequest, entry: StoredEntry, header: EntryHeader, value: unknown): boolean {
  const { cache, load } = of;
  const old = keepOld(of, entry, header, value);
  if (load.origin !== 'call' || !old?.isServed(cache.now())) return false;
  cache.count('staleHits');
  load.isStale = true;
  if (load instanceof SharedLoad)
    load.answer.then(
      () => reloadStale(of),
      () => {},
    );
  return true;
}

/**
 * Keeps an old entry in memory, for the options that may give it, and for the method to see. Returns it, unless memory has a
 * younger one.
 */
function keepOld(
  { cache, load, args }: LoadRequest,
  entry: StoredEntry,
  header: EntryHeader,
  value: unknown,
): AgingEntry | undefined {
  const { definition } = cache;
  const { age, isExpired } = entry;
  const known = agingEntry(cache, load.key);
  const now = cache.now();
  if (known !== undefined && known.loadedAt >= now - age) return undefined;
  const result = header.isPromised || definition.promises ? resolved(value) : value;
  const weight = definition.weightOf(value, args);
  storeEntry(cache, load.key, result, value, freshFor(header), userTagsOf(entry), weight, false, age);
  const old = agingEntry(cache, load.key);
  // Nothing tells when it was expired, so that it is only there for the next load to see.
  if (old && isExpired) assign(old, { freshUntil: now, refreshAt: now, staleUntil: now, staleIfErrorUntil: now });
  return old;
}

/** Begins the reload of a stale value that was given, as a hit of it in memory does. */
function reloadStale({ cache, load, receiver, args }: LoadRequest): void {
  const { listeners, options } = cache.definition;
  const begin = () => {
    const signal = options.signal && signalOf(options.signal, receiver, args);
    if (!signal?.aborted) reload(cache, load.key, { receiver, args, signal });
  };
  listeners.notifyDetached(load.key, args, [begin]);
}
