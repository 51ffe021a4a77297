import type { CallLoad } from '../cache/call-load.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { callAll, throwAfter } from '../call-all.js';
import type { CallKey } from '../key/call-key.js';

/** The notification of listeners: of what a call or a load has caused, and then of the evictions that are pending. */

/** Tells listeners for a caller, which gets what they throw. */
export function notify(cache: ReceiverCache, ...events: readonly (() => void)[]): void {
  callAll([...events, ...cache.takePendingEvents()]);
}

/** Throws the error of a load to the caller that began it, after the listeners were told. */
export function throwLoadError(cache: ReceiverCache, key: CallKey, args: readonly unknown[], error: unknown): never {
  const { listeners } = cache.definition;
  // The stack may be full: nothing that needs much of it, unless there are listeners.
  if (!listeners.hasLoadEndListener) throw error;
  throwAfter(() => notify(cache, () => listeners.error(key, args, error)), error);
}

/**
 * Tells the listener of a miss, once the method has returned what its caller is given; or that of a hit, where a store has
 * given it. While the store is asked, it is not known which.
 */
export function notifyMiss(cache: ReceiverCache, load: CallLoad, args: readonly unknown[], given: unknown): void {
  const { options, listeners } = cache.definition;
  const event = load.from === 'store' ? 'hit' : 'miss';
  // A refresh is nobody's miss.
  const isTold = load.origin === 'call' && load.from && options.on[event];
  if (!isTold && !cache.hasPendingEvictions) return;
  try {
    notify(cache, ...(isTold ? [() => listeners[event](load.key, args, given)] : []));
  } catch (error) {
    // The caller gets this error, and so does not learn of the load's.
    if (given instanceof Promise) given.catch(() => {});
    throw error;
  }
}
