import { shared } from '../shared-registry.js';

/**
 * The invalidation log: it records when each tag was last invalidated. Time is counted in invalidations. The log
 * decides whether a load is fenced (its callers still get the value, but it is not stored) because one of the tags of
 * its result was invalidated after the load began. A tag that the log has forgotten counts as invalidated.
 */

/** Returns the number of invalidations so far. */
export function tagTime(): number {
  return shared.invalidations.time;
}

/** Records an invalidation of tags. It concerns every load that began earlier. */
export function recordInvalidation(tags: readonly string[]): void {
  const log = shared.invalidations;
  log.time++;
  for (const tag of tags) {
    const { size } = log.last;
    // The log keeps a copy: a tag may be a slice of a large text, such as a request, and would keep that text alive.
    log.last.set(` ${tag}`.slice(1), log.time);
    if (log.last.size > size) log.characters += tag.length;
  }
  if (log.last.size <= MAX_TAGS && log.characters <= MAX_CHARACTERS) return;
  log.last.clear();
  log.characters = 0;
  log.forgotten = log.time;
}

/** Whether one of the tags was invalidated after a time. */
export function wasInvalidated(tags: readonly string[], since: number): boolean {
  const { forgotten, last } = shared.invalidations;
  return tags.length > 0 && (since < forgotten || tags.some((tag) => (last.get(tag) ?? 0) > since));
}

/** The most different tags, and the most characters of them, that the log remembers. Beyond that it forgets all tags. */
const MAX_TAGS = 10_000;
const MAX_CHARACTERS = 1_000_000;
