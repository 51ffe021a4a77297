import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { tagTime } from '../tags/invalidation-log.js';

/** A failure that is remembered. */
export interface Failure {
  readonly error: unknown;
  /** When its load began, as the tag log counts. */
  readonly tagTime: number;
}

/** The failures that are remembered of one cache, beside its entries, so that they take the place of none. */
export class Failures extends BoundedMap<CallKey, Failure> {
  readonly #isTagged: boolean;

  constructor(capacity: number, now: () => number, isTagged: boolean) {
    super(new CallIndex<number>(), undefined, capacity, now);
    this.#isTagged = isTagged;
  }

  /** The failure of a key. Where results have tags, none from before an invalidation: nothing tells which tags it would have. */
  at(key: CallKey): Failure | undefined {
    const failure = this.peek(key);
    return failure !== undefined && this.#isTagged && failure.tagTime !== tagTime() ? undefined : failure;
  }

  remember(key: CallKey, failure: Failure, ttl: number): void {
    this.write(key, failure, ttl);
  }

  forget(key: CallKey): boolean {
    return this.drop(key, 'deleted');
  }

  forgetAll(): void {
    this.empty();
  }
}
