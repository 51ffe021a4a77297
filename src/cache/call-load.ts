import type { CallKey } from '../key/call-key.js';
import type { Load } from '../lru/single-flight.js';
import { tagTime } from '../tags/invalidation-log.js';

/** A call load: one execution of a method that is in flight, for every caller that calls it with these arguments. */
export class CallLoad implements Load<CallKey> {
  promise: Promise<unknown> | undefined;
  isDead = false;
  /** When it began, as the invalidation log counts. */
  readonly tagTime = tagTime();
  /** Whether a tag of its result was invalidated while it ran, or may have been, as long as its tags are not known. */
  isOutdated = false;
  /** Whether it took longer than `softTimeout`. */
  isSlow = false;
  /** Whether the entry of its key was evicted to make room while it ran. */
  isEvicted = false;
  /** The calls of listeners that the load has caused and that are still to be made. */
  pendingEvents: readonly (() => void)[] = [];

  constructor(
    readonly key: CallKey,
    /** When it began, by the cache's clock. */
    readonly since: number,
  ) {}
}
