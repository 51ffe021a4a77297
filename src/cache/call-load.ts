import type { CallKey } from '../key/call-key.js';
import type { Load } from '../lru/single-flight.js';
import { tagTime } from '../tags/invalidation-log.js';

/** A call load: one run of a method in flight, for whoever calls it with these arguments. */
export class CallLoad implements Load<CallKey> {
  promise: Promise<unknown> | undefined;
  /** When it began, as the tag log counts. */
  readonly tagTime = tagTime();
  /** Whether what it gave may have been invalidated by a tag while it ran. */
  isOutdated = false;
  /** What listeners are to hear of what it has caused. */
  news: readonly (() => void)[] = [];

  constructor(
    readonly key: CallKey,
    readonly depth: number,
    /** When it began, by the cache's clock. */
    readonly since: number,
  ) {}
}
