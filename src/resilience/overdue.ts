import type { CallLoad } from '../cache/call-load.js';
import { isOverdue } from '../cache/inspection.js';
import { endLoad, joinLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { max } from '../platform.js';
import { startTimer } from '../time/timer.js';
import { SharedLoad } from './shared-load.js';

/** An overdue load: one that its timer should have ended. Some platforms cancel the timers of a request that has ended. */

/**
 * Returns the load in flight that a call may join. An overdue load is ended first, so that the call begins a new one.
 *
 * @param now The time of the call on the cache's clock.
 * @throws RecursionError when the load has given no promise yet.
 */
export function joinCurrent(cache: ReceiverCache, key: CallKey, now: number): CallLoad | undefined {
  endOverdue(cache, key, now);
  return joinLoad(cache, key);
}

/** Ends the load of a key as its timer should have done, if it is overdue. */
export function endOverdue(cache: ReceiverCache, key: CallKey, now: number): void {
  const load = cache.loads?.get(key);
  if (!(load instanceof SharedLoad && isOverdue(cache, load, now))) return;
  // Fences it first: its failure is not remembered, because it would answer the call that begins a new load.
  endLoad(cache, load);
  load.expire?.();
}

/**
 * Ends a load at its timeout by a timer of the caller that waits for it. The load's own timer may be lost with the request
 * that began the load, and this caller must not wait for ever.
 */
export function limit({ definition }: ReceiverCache, load: SharedLoad, now: number): void {
  if (load.expire === undefined) return;
  load.onSettled(startTimer(max(1, definition.options.timeout - now + load.since), load.expire));
}
