import type { CallKey } from '../key/call-key.js';
import type { Load } from '../lru/single-flight.js';
import type { LoadRecord } from '../shared-registry.js';
import { tagTime } from '../tags/invalidation-log.js';
import type { AgingEntry } from './aging-entry.js';

/** A call load: one execution of a method that is in flight, for every caller that calls it with these arguments. */
export class CallLoad implements Load<CallKey> {
  promise: Promise<unknown> | undefined;
  isDead = false;
  /** When it began, as the invalidation log counts. */
  readonly tagTime = tagTime();
  /** Whether a tag of its result was invalidated while it ran, or may have been, as long as its tags are not known. */
  isOutdated = false;
  /** Whether it has ended, for any reason, so that a later result of its method is dropped. */
  isSettled = false;
  /** Whether a batch has given a result, or an error, for its key. */
  isInBatchResults = false;
  /** Whether its result was stored. */
  isStored = false;
  /** Whether its result was not stored, because something was invalidated while it ran. */
  isFenced = false;
  /** What it has failed with. */
  failure: { readonly error: unknown } | undefined;
  /** What an observer knows of it. */
  observed: LoadRecord | undefined;
  /** The old entry that has answered the waiting callers in place of the result. */
  standIn: AgingEntry | undefined;
  /** Whether it took longer than `softTimeout`. */
  isSlow = false;
  /** Whether the entry of its key was evicted to make room while it ran. */
  isEvicted = false;
  /** The calls of listeners that the load has caused and that are still to be made. */
  pendingEvents: readonly (() => void)[] = [];
  /** What the method decides about its result, once it has asked for the `loadContext`. */
  decisions: Decisions | undefined;
  /** What is to be done with its result, once that is known before the load is settled. */
  judgement: Judgement | undefined;
  /** Where its result comes from; `undefined` while a store is asked. */
  from: 'method' | 'store' | undefined = 'method';
  /** Whether the result, which is a store's, is past its ttl. Only a source assigns it. */
  declare isStale?: boolean;

  constructor(
    readonly key: CallKey,
    /** When it began, by the cache's clock; `Infinity` where its time does not count. */
    public since: number,
    readonly origin: Origin = 'call',
  ) {}

  /** The load that answers the callers of this one. */
  get latest(): CallLoad {
    return this;
  }

  /** The load's own signal, for its method, if it can be aborted. */
  get signal(): AbortSignal | undefined {
    return undefined;
  }
}

/**
 * Where a load comes from: a call that waits for it, callers that a load before it has left waiting, a reload in the
 * background, or `refresh`.
 */
export type Origin = 'call' | 'retry' | 'background' | 'refresh';

/** What is to be done with the result of a load. */
export interface Judgement {
  readonly isWanted: boolean;
  readonly ttl: number;
  readonly tags: readonly string[];
  /** The milliseconds since it was loaded. */
  readonly age: number;
}

/** What a method decides about its result while it runs. */
export interface Decisions {
  /** In place of what the option `ttl` says. */
  ttl: number | undefined;
  /** In addition to what the option `tags` says. */
  tags: readonly string[];
  kept: Kept | undefined;
  /** Whether the load has ended, so that there is nothing to decide any more. */
  isTooLate: boolean;
}

/** The old result that a method gives back, as nothing has changed. */
export interface Kept {
  /** What callers are given: the result or, for an async method, a promise of it. */
  readonly value: unknown;
  /** What the method was given as the result. With the option `copy` it is not the stored one. */
  readonly result: unknown;
  readonly stored: unknown;
  readonly tags: readonly string[];
}
