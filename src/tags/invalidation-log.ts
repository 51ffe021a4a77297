/**
 * The invalidation log: it records when each tag was last invalidated. Time is counted in invalidations. The log
 * decides whether a load is fenced (its callers still get the value, but it is not stored) because one of the tags of
 * its result was invalidated after the load began. A tag that the log has forgotten counts as invalidated.
 */

/** Returns the number of invalidations so far. */
export function tagTime(): number {
  return time;
}

/** Records an invalidation of tags. It concerns every load that began earlier. */
export function recordInvalidation(tags: readonly string[]): void {
  time++;
  for (const tag of tags) {
    const { size } = lastInvalidated;
    // The log keeps a copy: a tag may be a slice of a large text, such as a request, and would keep that text alive.
    lastInvalidated.set(` ${tag}`.slice(1), time);
    if (lastInvalidated.size > size) characters += tag.length;
  }
  if (lastInvalidated.size <= MAX_TAGS && characters <= MAX_CHARACTERS) return;
  lastInvalidated.clear();
  characters = 0;
  forgotten = time;
}

/** Whether one of the tags was invalidated after a time. */
export function wasInvalidated(tags: readonly string[], since: number): boolean {
  return tags.length > 0 && (since < forgotten || tags.some((tag) => (lastInvalidated.get(tag) ?? 0) > since));
}

let time = 0;
/** The time before which every tag counts as invalidated. */
let forgotten = 0;
/** The time at which each tag was last invalidated. */
const lastInvalidated = /* @__PURE__ */ new Map<string, number>();

/** The number of characters of these tags. */
let characters = 0;

/** The most different tags, and the most characters of them, that the log remembers. Beyond that it forgets all tags. */
const MAX_TAGS = 10_000;
const MAX_CHARACTERS = 1_000_000;
