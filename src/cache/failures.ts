import type { CallKey } from '../key/call-key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { tagTime } from '../tags/invalidation-log.js';
import { CallSlots } from './call-slots.js';

/** A failure that is remembered. */
export interface Failure {
  readonly error: unknown;
  /** When its load began, as the invalidation log counts. */
  readonly tagTime: number;
}

/** The failures that one cache remembers. They lie beside its entries, so that they evict none. */
export class Failures extends BoundedMap<CallKey, Failure> {
  readonly #definition: { readonly isTagged: boolean };

  constructor(capacity: number, now: () => number, definition: { readonly isTagged: boolean }) {
    super(() => new CallSlots(), undefined, capacity, now);
    this.#definition = definition;
  }

  /** The failure of a key. Where results have tags, none from before an invalidation, as nothing tells which tags it has. */
  at(key: CallKey): Failure | undefined {
    const failure = this.peek(key);
    return failure !== undefined && this.#definition.isTagged && failure.tagTime !== tagTime() ? undefined : failure;
  }
}
