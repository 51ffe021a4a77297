import type { Load } from '../lru/loads.js';
import type { CallKey } from './call-key.js';
import { tagTime } from './tag-log.js';

/** A call load: one run of a method in flight, for whoever calls it with these arguments. */
export class CallLoad implements Load<CallKey> {
  promise: Promise<unknown> | undefined;
  /** When it began, as the tag log counts. */
  readonly tagTime = tagTime();
  /** Whether its result has a tag that was invalidated while it ran. */
  isOutdated = false;

  constructor(
    readonly key: CallKey,
    readonly depth: number,
    /** When it began, by the cache's clock. */
    readonly since: number,
  ) {}
}
