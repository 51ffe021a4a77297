import { Counters } from '../definition/stats.js';
import type { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import type { EvictionCause } from '../lru/options.js';
import type { TagIndex } from '../tags/tag-index.js';
import type { EntryRecord } from './entry-record.js';
import type { Failures } from './failures.js';
import type { LoadsInFlight } from './loads-in-flight.js';

/** The parts of a cache that most caches never need. A cache makes them when it first needs one. */
export class CacheExtras {
  /** The counts of everything but hits, misses and their time. */
  readonly counters = new Counters();
  /** The tags of the entries. */
  tags: TagIndex | undefined;
  /** The evictions that the listener has not been told yet. */
  readonly pendingEvictions: [CallKey, unknown, EvictionCause][] = [];
  /** How often a caller deleted, cleared or put something. */
  changes = 0;
  /** The loads in flight, while there are any. */
  loads: LoadsInFlight | undefined;
  /** What is known of the entries, where somebody asks for it and the entries do not tell. */
  records: CallIndex<EntryRecord> | undefined;
  /** The refreshes that run. */
  refreshes: CallIndex<Refresh> | undefined;
  /** The failures that are remembered. */
  failures: Failures | undefined;
}

/** A refresh that runs: `refresh` was called, and the method has not ended. */
export interface Refresh {
  /** Returns what one caller waits for, once the method has returned a promise. */
  answer: (() => unknown) | undefined;
  /** Tells whether it has failed as the caller that began it has aborted. */
  failedByCaller: (() => boolean) | undefined;
}
