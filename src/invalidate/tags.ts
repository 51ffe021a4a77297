import { callAll } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
import { invalidateSince } from '../tags/invalidation-log.js';
import { holdersOf } from '../tags/tag-index.js';

/**
 * Forgets every result that has one of these tags, in all caches. A load in flight whose result turns out to have one
 * is given to those who wait for it already and stored nowhere. O(results forgotten).
 *
 * @returns how many results were forgotten.
 * @throws ArgumentError when a tag is no string, with nothing forgotten; what listeners and clocks throw, after all is forgotten.
 * @example invalidateTags('user:1', 'team:7')
 */
export function invalidateTags(...tags: readonly string[]): number {
  for (const tag of tags) {
    if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
  }
  invalidateSince(tags);
  let forgotten = 0;
  const holdings = tags.flatMap((tag) => holdersOf(tag).map((holder) => ({ holder, tag })));
  const holders = new Set(holdings.map(({ holder }) => holder));
  const forgets = holdings.map(({ holder, tag }) => () => {
    forgotten += holder.removeTagged(tag);
  });
  callAll([...forgets, ...[...holders].map((holder) => () => holder.flushEvictions())]);
  return forgotten;
}
