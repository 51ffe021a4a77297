import { callAll } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
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
  for (const tag of tags) {
    if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
  }
  recordInvalidation(tags);
  let evicted = 0;
  const holdings = tags.flatMap((tag) => holdersOf(tag).map((holder) => ({ holder, tag })));
  const holders = new Set(holdings.map(({ holder }) => holder));
  const removals = holdings.map(({ holder, tag }) => () => {
    evicted += holder.removeTagged(tag);
  });
  callAll([...removals, ...[...holders].map((holder) => () => holder.flushEvictions())]);
  return evicted;
}
