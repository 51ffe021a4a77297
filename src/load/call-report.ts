import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import type { Ages } from '../cache/inspection.js';

/**
 * What a call came to. `hit`: a fresh entry answered. `stale`: a value past its ttl answered, as the options allow.
 * `miss`: the call began a load. `coalesced`: it joined a load in flight. `bypassed`: the method ran beside the cache.
 */
export type CallOutcome = 'hit' | 'miss' | 'stale' | 'coalesced' | 'bypassed';

/** A report of one call: a loader writes down what it comes to. */
export interface CallReport {
  outcome: CallOutcome;
  /** The ages of the entry that answers, if one does. */
  ages: Ages | undefined;
  /** The load that the call waits for, which may have an old value stand in later. */
  load: CallLoad | undefined;
  /** The old value that had answered other callers of the load before this call joined it. */
  standIn: AgingEntry | undefined;
}
