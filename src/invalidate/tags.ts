import { ArgumentError, mismatch } from '../errors.js';
import { callAll } from '../lru/call-all.js';
import { holdersOf, type TagHolder } from '../memoize/tag-index.js';
import { invalidateSince } from '../memoize/tag-log.js';

/**
 * Forgets every result that has one of these tags, in all caches. A load in flight whose result turns out to have one
 * is given to those who wait for it already and stored nowhere. O(results forgotten).
 *
 * @returns how many results were forgotten.
 * @throws ArgumentError when a tag is no string, with nothing forgotten; what listeners throw, after all is forgotten.
 * @example invalidateTags('user:1', 'team:7')
 */
export function invalidateTags(...tags: readonly string[]): number {
  for (const tag of tags) {
    if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
  }
  invalidateSince(tags);
  const holders = new Set<TagHolder>();
  let forgotten = 0;
  for (const tag of tags) {
    for (const holder of holdersOf(tag)) {
      holders.add(holder);
      forgotten += holder.forget(tag);
    }
  }
  callAll([...holders].map((holder) => () => holder.announce()));
  return forgotten;
}
