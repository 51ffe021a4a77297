import type { CallLoad } from '../cache/call-load.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';

/**
 * What a call came to. `hit`: a fresh entry answered. `stale`: a value past its ttl answered, as the options allow.
 * `miss`: the call began a load. `coalesced`: it joined a load in flight. `bypassed`: the method ran beside the cache.
 */
export type CallOutcome = 'hit' | 'miss' | 'stale' | 'coalesced' | 'bypassed';

/** A report of one call, for whoever wants to know what it comes to. A loader tells it what happens. */
export interface CallReport {
  /** The call has found an entry, which may answer. */
  sees(cache: ReceiverCache, key: CallKey): void;
  /** The call waits for a load. */
  waitsFor(load: CallLoad): void;
  comesTo(outcome: CallOutcome): void;
}
