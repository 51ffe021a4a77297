import type { CallLoad } from '../cache/call-load.js';
import { mayBeInvalidated } from '../cache/inspection.js';
import { endLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { ArgumentError } from '../errors.js';
import { dropContext, nativePromise } from '../promise.js';
import { refresh } from '../time/clock.js';
import { settle } from './settle.js';
import { keepRunning } from './wait-until.js';

/**
 * Awaits the promise of a load. Returns the promise that its callers wait for, which is fulfilled after the result was
 * stored.
 *
 * @param isCalled Whether the method gave the promise. One that a caller has put is not counted.
 */
export function awaitLoad(
  cache: ReceiverCache,
  load: CallLoad,
  args: readonly unknown[],
  source: PromiseLike<unknown>,
  isCalled: boolean,
): Promise<unknown> {
  if (isCalled) cache.count('pending');
  const finish = (hasFailed: boolean) => {
    if (!isCalled) return;
    cache.count('pending', -1);
    countEnd(cache, load.since, hasFailed);
  };
  const given = nativePromise(source);
  const promise = given.then(
    (result) => {
      finish(false);
      // The receiver is of no concern: a definition with the option `signal` has another loader.
      if (isCalled) fenceIfChanged(cache, load, undefined, args);
      settle(cache, load, args, result, promise, isCalled);
      if (cache.hasPendingEvictions) load.pendingEvents = [...load.pendingEvents, ...cache.takePendingEvents()];
      dropContext(promise);
      return result;
    },
    (error) => {
      load.failure = { error };
      finish(true);
      load.isOutdated = mayBeInvalidated(cache, load);
      endLoad(cache, load);
      throw error;
    },
  );
  load.promise = promise;
  // Registered after the callbacks above, so the result is stored when this settles.
  load.observed?.goesOn(given);
  keepRunning(cache, load.key, args, () => given);
  return promise;
}

/**
 * Fences a load whose arguments were changed while it ran: the method may have read what they hold now, so its result
 * must not be stored under the key that they had. The listener for errors is told when the load has ended.
 */
export function fenceIfChanged(
  cache: ReceiverCache,
  load: CallLoad,
  receiver: unknown,
  args: readonly unknown[],
): void {
  const { definition } = cache;
  if (!definition.isChanged(load.key, receiver, args)) return;
  endLoad(cache, load);
  const message = `${definition.name}: an argument was changed while the load ran, so its result is not stored`;
  load.pendingEvents = [() => definition.listeners.error(load.key, args, new ArgumentError(message))];
}

/** Counts a load that has ended, and its time if it is known when it began. */
export function countEnd(cache: ReceiverCache, since: number | undefined, hasFailed: boolean): void {
  if (hasFailed) cache.count('loadErrors');
  try {
    if (since !== undefined) cache.countTime(readClock(cache) - since);
  } catch {
    // What the method gave or threw matters more than how long it took, when a clock throws or the stack is full.
  }
}

/** The time as it is now, for a measurement of how long something takes. */
export function readClock(cache: ReceiverCache): number {
  refresh();
  return cache.now();
}
