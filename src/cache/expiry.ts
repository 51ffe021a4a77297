import type { Definition } from '../definition/definition.js';
import type { CallKey } from '../key/call-key.js';
import { min } from '../platform.js';
import { AgingEntry } from './aging-entry.js';
import type { CacheExtras } from './cache-extras.js';
import type { Entries } from './entries.js';
import { fenceLoad, fenceLoads, type LoadState } from './loads-in-flight.js';

/**
 * Expiry: the end of an entry's ttl before its time. The value stays for as long as the stale options and `revalidate` keep
 * it, counted from now. An entry that nothing keeps is removed.
 */

/** The part of a cache's state that is about the ends of entries, loads and failures. */
export interface EndingState extends LoadState {
  readonly definition: Definition;
  readonly entries: Entries;
  readonly extras: CacheExtras;
  now(): number;
  clearIfOutdated(): void;
  countChange(): void;
  flushEvictions(): void;
}

/** Expires the entry of a key, fences its load and forgets its failure. Tells whether there was any of them. */
export function expire(cache: EndingState, key: CallKey): boolean {
  return end(cache, key, () => expireEntry(cache, key));
}

/** Expires every entry, fences every load and forgets every failure, as `expire` does. O(n). */
export function expireAll(cache: EndingState): void {
  cache.clearIfOutdated();
  cache.countChange();
  fenceLoads(cache);
  cache.extras.failures?.removeAll();
  for (const key of cache.entries.order()) expireEntry(cache, key);
  cache.flushEvictions();
}

/** Expires the entries that have one of the tags. Returns how many they were. No listener is told. */
export function expireTagged(cache: EndingState, tags: readonly string[]): number {
  cache.clearIfOutdated();
  const { tags: index } = cache.extras;
  // An entry keeps its tags, so it must not count once for each of them.
  const keys = new Set(tags.flatMap((tag) => index?.keys(tag) ?? []));
  return [...keys].filter((key) => expireEntry(cache, key)).length;
}

/** Ends what a cache has under a key: its entry, as `endEntry` does, its load and its failure. Tells whether there was any of them. */
export function end(cache: EndingState, key: CallKey, endEntry: () => boolean): boolean {
  cache.clearIfOutdated();
  cache.countChange();
  const wasLoading = fenceLoad(cache, key);
  const hadFailed = cache.definition.isResilient && safely(cache, () => cache.extras.failures?.remove(key, 'deleted'));
  const ended = endEntry();
  cache.flushEvictions();
  return ended || wasLoading || hadFailed === true;
}

/**
 * Makes a change that reads the clock, which is the user's code. Where the clock throws, or has made so many calls that few
 * entries have become many, nothing is left in the cache, and so nothing outdated.
 */
export function safely<T>(cache: EndingState, change: () => T): T {
  const { entries } = cache;
  let isDone = false;
  try {
    const result = change();
    isDone = entries === cache.entries;
    return result;
  } finally {
    if (!isDone) {
      cache.entries.removeAll();
      cache.extras.failures?.removeAll();
    }
  }
}

/** Expires the entry of a key; its load and its failure stay. Tells whether there was one. */
export function expireEntry(cache: EndingState, key: CallKey): boolean {
  return safely(cache, () => {
    const now = cache.definition.isAging ? cache.now() : 0;
    const { entries } = cache;
    const entry = entries.peek(key);
    if (!(entry instanceof AgingEntry)) return entries.remove(key, 'expired');
    entry.expire(now, cache.definition);
    // With `idle` the entry may die before.
    const left = min(entry.keptUntil - now, entries.expiresIn(key) ?? 0);
    if (left > 0) entries.setTtl(key, left);
    else entries.remove(key, 'expired');
    return true;
  });
}
