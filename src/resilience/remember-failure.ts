import { Failures } from '../cache/failures.js';
import { agingEntry, isEntryInvalidated } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { max } from '../platform.js';
import type { SharedLoad } from './shared-load.js';

/**
 * Remembers a failure. It answers later calls for `errorTtl`, and where an old value may stand in for it, no reload begins
 * before the back-off ends.
 */
export function rememberFailure(
  cache: ReceiverCache,
  load: SharedLoad,
  error: unknown,
  now: number,
  given: number,
  mayStandIn: boolean,
): void {
  const { extras } = cache;
  const { many, weigh } = cache.definition.options;
  // A batch that failed as a whole does not say which key failed. One bad key must not fail the others for `errorTtl`.
  const errorTtl = many === undefined || load.isInBatchResults ? given : 0;
  // The next call loads an entry again that `expireTags` has ended while the load ran.
  const entry = mayStandIn && !isEntryInvalidated(cache, load) ? agingEntry(cache, load.key) : undefined;
  if (entry !== undefined) entry.retryAt = now + max(errorTtl, BACK_OFF * (1 - Math.random() / 2));
  // An error that the method threw instead of returning a promise says nothing about the source, nor whether the method
  // returns promises. A failure that one caller caused by aborting does not concern other callers.
  if (errorTtl === 0 || load.thrown !== undefined || load.failedByCaller) return;
  // Failures are counted where entries are weighed too.
  const capacity = weigh === undefined ? cache.entries.capacity : FAILURES_BESIDE_WEIGHTS;
  extras.failures ??= new Failures(capacity, () => cache.now(), cache.definition);
  extras.failures.write(load.key, { error, tagTime: load.tagTime }, errorTtl);
}

/** The longest back-off in milliseconds. After a failure no reload begins for a random time from half of it up to it. */
const BACK_OFF = 1000;

/** How many failures a cache remembers whose capacity is a sum of weights. */
const FAILURES_BESIDE_WEIGHTS = 128;
