import { callAll } from '../call-all.js';
import { type SharedHolder, shared } from '../shared-registry.js';
import { recordInvalidation } from './invalidation-log.js';
import { holdersOf } from './tag-index.js';

/**
 * Has each cache that has a result with one of the tags end such results, and then tell its listeners: softly, so that what
 * an option keeps stays, or not. Returns their number. Loads in flight learn of it by the log. `tell` is called before any
 * listener, which may load again.
 */
export function endTagged(tags: readonly string[], isSoft: boolean, tell = () => {}): number {
  recordInvalidation(tags);
  shared.observer?.invalidated({ name: undefined, tags, isSoft });
  let ended = 0;
  const holders = [...new Set(tags.flatMap(holdersOf))];
  const ends = holders.map((holder) => () => {
    ended += (isSoft ? holder.expireTagged?.(tags) : undefined) ?? removeTagged(holder, tags);
  });
  callAll([...ends, tell, ...holders.map((holder) => () => holder.flushEvictions())]);
  return ended;
}

function removeTagged(holder: SharedHolder, tags: readonly string[]): number {
  return tags.reduce((count, tag) => count + holder.removeTagged(tag), 0);
}
