import { isLost } from '../definition/load-timing.js';
import type { CacheStats } from '../definition/stats.js';
import { snapshot } from '../definition/stats.js';
import type { CallKey } from '../key/call-key.js';
import { max, min } from '../platform.js';
import { isPromise } from '../promise.js';
import { tagTime, wasInvalidated } from '../tags/invalidation-log.js';
import { AgingEntry } from './aging-entry.js';
import type { CallLoad } from './call-load.js';
import { resultOf, storedFor } from './entries.js';
import type { EntryRecord } from './entry-record.js';
import type { Failure } from './failures.js';
import { isLoading } from './loads-in-flight.js';
import type { ReceiverCache } from './receiver-cache.js';

/** The inspection of a cache: what is in it, with nothing called, counted or touched. */

/**
 * What a call would meet. `hit`: a fresh entry. `stale`: an old one that may be given. `failed`: a failure that is
 * remembered. `loading`: a load in flight to join. `miss`: the method.
 */
export type Outcome = 'hit' | 'stale' | 'failed' | 'loading' | 'miss';

export function outcomeOf(cache: ReceiverCache, key: CallKey): Outcome {
  if (freshFor(cache, key) !== undefined) return 'hit';
  const now = cache.definition.isAging ? cache.now() : 0;
  if (agingEntry(cache, key)?.isServed(now)) return 'stale';
  if (failureOf(cache, key) !== undefined) return 'failed';
  const load = cache.loads?.get(key);
  if (load !== undefined && isOverdue(cache, load, now)) return 'miss';
  if (standInFor(cache, load) !== undefined) return 'stale';
  return isLoading(cache, key) ? 'loading' : 'miss';
}

/** Whether a load that has given a promise was lost: a call must not join it. */
export function isOverdue({ definition }: ReceiverCache, { promise, since }: CallLoad, now: number): boolean {
  return promise !== undefined && isLost(since, now, definition.options.timeout);
}

/** The stored value of a key that callers may see; or `undefined`. */
export function peek(cache: ReceiverCache, key: CallKey): unknown {
  const stored = cache.current.peek(key);
  if (!(stored instanceof AgingEntry)) return stored;
  return stored.isFresh(cache.now()) ? storedFor(stored.value) : undefined;
}

/** Milliseconds for which the stored value of a key is fresh, `undefined` when it is not. */
export function freshFor(cache: ReceiverCache, key: CallKey): number | undefined {
  const { current, definition } = cache;
  if (!definition.isAging) return current.expiresIn(key);
  const entry = agingEntry(cache, key);
  const left = entry === undefined ? 0 : entry.freshUntil - cache.now();
  // With `idle` the entry may die before.
  return left > 0 ? min(left, current.expiresIn(key) ?? 0) : undefined;
}

/** The results, least recent first. The iteration skips what is removed while it runs. */
export function* resultsOf(cache: ReceiverCache): Generator<[CallKey, unknown], undefined, undefined> {
  for (const key of cache.current.order()) {
    const stored = peek(cache, key);
    if (stored !== undefined) yield [key, resultOf(stored)];
  }
}

export function statsOf(cache: ReceiverCache): CacheStats {
  const { size, capacity } = cache.current;
  cache.flushEvictions();
  return snapshot(cache.counters, { size, capacity });
}

/** Watches what others than loads do to the entries. Returns a function that tells whether nothing was done. */
export function watch(cache: ReceiverCache): () => boolean {
  const { definition, extras } = cache;
  const { changes } = extras;
  const { epoch } = definition;
  const time = tagTime();
  return () => {
    const isTagged = definition.isTagged && time !== tagTime();
    return changes === extras.changes && epoch === definition.epoch && !isTagged;
  };
}

/** A key's entry, where entries age. */
export function agingEntry(cache: ReceiverCache, key: CallKey): AgingEntry | undefined {
  return cache.definition.isAging ? (cache.entries.peek(key) as AgingEntry | undefined) : undefined;
}

/** The failure that answers for a key, if one does. */
export function failureOf(cache: ReceiverCache, key: CallKey): Failure | undefined {
  return cache.definition.isResilient ? cache.extras.failures?.at(key) : undefined;
}

/** The entry whose value is given where a load has failed, if `staleIfError` allows one. */
export function standIn(cache: ReceiverCache, key: CallKey, now: number): AgingEntry | undefined {
  cache.clearIfOutdated();
  const entry = cache.definition.options.staleIfError > 0 ? agingEntry(cache, key) : undefined;
  return entry?.standsIn(now) ? entry : undefined;
}

/** The entry whose value is given while a load takes too long, if one may be. */
export function standInFor(cache: ReceiverCache, load: CallLoad | undefined): AgingEntry | undefined {
  return load?.isSlow ? standIn(cache, load.key, cache.now()) : undefined;
}

/**
 * Whether any tag was invalidated since the load began. The load's own tags are known only when it finishes, so a caller
 * that joins now must wait and may have to load again.
 */
export function mayBeInvalidated(cache: ReceiverCache, load: CallLoad): boolean {
  return cache.definition.isTagged && load.tagTime !== tagTime();
}

/** Whether a tag of the entry that a load is to replace was invalidated since the load began. */
export function isEntryInvalidated({ extras }: ReceiverCache, { key, tagTime }: CallLoad): boolean {
  return wasInvalidated(extras.tags?.tagsOf(key) ?? [], tagTime);
}

/**
 * The record of a key's entry, which may be past its ttl. `undefined` when there is no entry, or when it holds a promise
 * and was stored before anybody asked for records.
 */
export function recordOf(cache: ReceiverCache, key: CallKey): EntryRecord | undefined {
  const stored = cache.entries.peek(key);
  if (stored === undefined || stored instanceof AgingEntry) return stored;
  const record = cache.extras.records?.get(key);
  if (record !== undefined || isPromise(stored)) return record;
  const value = resultOf(stored);
  return { value, result: value, loadedAt: cache.now() - agesOf(cache, key).age };
}

/** How old a result is and how long it is fresh, in milliseconds. */
export interface Ages {
  readonly age: number;
  /** Less than 0 when the result is past its ttl. */
  readonly expiresIn: number;
}

/** The ages of a key's entry; zeros when there is none. */
export function agesOf(cache: ReceiverCache, key: CallKey): Ages {
  const { definition, entries } = cache;
  const now = cache.now();
  const stored = entries.peek(key);
  const expiresIn = entries.expiresIn(key);
  if (stored instanceof AgingEntry)
    return { age: now - stored.loadedAt, expiresIn: min(stored.freshUntil - now, expiresIn ?? 0) };
  if (expiresIn === undefined) return { age: 0, expiresIn: 0 };
  const { ttl } = definition.options;
  const record = cache.extras.records?.get(key);
  if (record === undefined && typeof ttl === 'number' && ttl < Infinity)
    return { age: max(0, ttl - expiresIn), expiresIn };
  // Nothing tells when an entry without an end was loaded, if that was before anybody asked.
  return { age: max(0, now - (record?.loadedAt ?? definition.recordedSince ?? now)), expiresIn };
}
