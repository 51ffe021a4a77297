import { callAll } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
import type { SharedHolder } from '../shared-registry.js';
import { recordInvalidation } from '../tags/invalidation-log.js';
import { holdersOf } from '../tags/tag-index.js';

/**
 * Evicts every result that has one of the given tags, in all caches. A load in flight whose result turns out to have
 * one is fenced: its callers still get the value, but it is not stored. O(evicted results).
 *
 * @returns the number of evicted results.
 * @throws ArgumentError when a tag is not a string; nothing is evicted then. An error that a listener or a clock throws
 * reaches the caller after everything is evicted.
 * @example invalidateTags('user:1', 'team:7')
 */
export function invalidateTags(...tags: readonly string[]): number {
  return endTagged(tags, removeTagged);
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
  return endTagged(tags, (holder) => holder.expireTagged?.(tags) ?? removeTagged(holder, tags));
}

function removeTagged(holder: SharedHolder, tags: readonly string[]): number {
  return tags.reduce((count, tag) => count + holder.removeTagged(tag), 0);
}

/** Has each cache that has a result with one of the tags end such results, and then tell its listeners. Returns their number. */
function endTagged(tags: readonly string[], end: (holder: SharedHolder, tags: readonly string[]) => number): number {
  for (const tag of tags) {
    if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
  }
  recordInvalidation(tags);
  let ended = 0;
  const holders = [...new Set(tags.flatMap(holdersOf))];
  const ends = holders.map((holder) => () => {
    ended += end(holder, tags);
  });
  callAll([...ends, ...holders.map((holder) => () => holder.flushEvictions())]);
  return ended;
}
