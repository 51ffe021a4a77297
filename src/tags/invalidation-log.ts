/**
 * The tag log: which tags were invalidated when, counted in invalidations. It fences loads that began before an
 * invalidation of a tag that only their result tells. What it has forgotten, it takes for invalidated.
 */

/** How many invalidations there were so far. */
export function tagTime(): number {
  return time;
}

/** Notes that these tags are invalid from now on, whoever asks with an earlier time. */
export function invalidateSince(tags: readonly string[]): void {
  time++;
  for (const tag of tags) last.set(tag, time);
  if (last.size <= MOST_TAGS) return;
  last.clear();
  forgotten = time;
}

/** Whether one of the tags was invalidated after a time. */
export function wasInvalidated(tags: readonly string[], since: number): boolean {
  return tags.length > 0 && (since < forgotten || tags.some((tag) => (last.get(tag) ?? 0) > since));
}

let time = 0;
/** Before this time, every tag counts as invalidated. */
let forgotten = 0;
const last = /* @__PURE__ */ new Map<string, number>();

/** How many different tags are remembered, before all are forgotten. */
const MOST_TAGS = 10_000;
