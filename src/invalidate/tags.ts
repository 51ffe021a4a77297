import { ArgumentError, mismatch } from '../errors.js';
import { living } from '../platform.js';
import { shared } from '../shared-registry.js';
import { endTagged } from '../tags/end-tagged.js';

/**
 * Evicts every result that has one of the given tags, in all caches and in the stores behind them. A load in flight whose result turns out to have
 * one is fenced: its callers still get the value, but it is not stored. O(evicted results).
 *
 * @returns the number of evicted results.
 * @throws ArgumentError when a tag is not a string; nothing is evicted then. An error that a listener or a clock throws
 * reaches the caller after everything is evicted.
 * @example invalidateTags('user:1', 'team:7')
 */
export function invalidateTags(...tags: readonly string[]): number {
  return endEverywhere(tags, false);
}

/**
 * Expires every result that has one of the given tags, in all caches, as `CallCache.expire` does for one: the value stays for
 * as long as `staleWhileRevalidate`, `staleIfError` or `revalidate` keep it. A result that nothing keeps is evicted. Loads
 * in flight are treated as by `invalidateTags`. O(expired results).
 *
 * @returns the number of results that have one of the tags. One that stays counts again the next time.
 * @throws ArgumentError when a tag is not a string; nothing is expired then. An error that a listener or a clock throws
 * reaches the caller after everything is expired.
 * @example expireTags('user:1', 'team:7')
 */
export function expireTags(...tags: readonly string[]): number {
  return endEverywhere(tags, true);
}

/** Ends what has one of the tags, in the stores too. */
function endEverywhere(tags: readonly string[], isSoft: boolean): number {
  for (const tag of tags) {
    if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
  }
  return endTagged(tags, isSoft, () => {
    for (const store of living(shared.stores)) store.endTagged(tags, isSoft);
  });
}
