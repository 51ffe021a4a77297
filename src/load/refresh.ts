import type { Refresh } from '../cache/cache-extras.js';
import { joinLoad, selfCallOf } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { ArgumentError } from '../errors.js';
import { CallIndex } from '../key/call-index.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { rejected, resolved } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';
import { readClock } from './await-load.js';
import { runBeside } from './bypass.js';
import { keepRunning } from './wait-until.js';

/** A call of `refresh`. */
export interface RefreshCall {
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  /** When it has aborted, its caller begins no refresh any more. */
  readonly signal: AbortSignal | undefined;
  /** Begins the load that the refresh is, at this time on the cache's clock. */
  begin(since: number): BegunRefresh;
}

/** Runs a refresh when its turn has come. */
export type QueueRefresh = typeof queueRefresh;

/** A refresh that has begun. */
interface BegunRefresh {
  /** Returns what one caller waits for, or the result of a synchronous method. */
  answer(): unknown;
  /** Whether it has failed as the caller that began it has aborted, which is no concern of other callers. */
  failedByCaller(): boolean;
}

/**
 * Runs a refresh of a key: at most one at a time. Callers that come while one runs share the next one: the source may have
 * changed since the first began.
 *
 * @throws RecursionError when the refresh that runs has given no promise yet.
 */
export function queueRefresh(cache: ReceiverCache, key: CallKey, call: RefreshCall): unknown {
  cache.clearIfOutdated();
  const current = cache.extras.refreshes?.get(key);
  if (current === undefined) return run(cache, key, (since) => call.begin(since));
  const { answer } = current;
  if (answer === undefined) throw selfCallOf(cache);
  // Each caller waits by itself: a platform that has ended a request calls back nothing that this request waited for.
  const ended = () => answer() as Promise<unknown>;
  keepRunning(cache, key, call.args, ended);
  const goOn = () => {
    end(cache, key, current);
    return refreshNext(cache, key, call);
  };
  return ended().then(goOn, goOn);
}

/** Goes on for a caller that has waited for another refresh. The first to go on begins the next one. */
function refreshNext(cache: ReceiverCache, key: CallKey, call: RefreshCall): unknown {
  const { definition, extras } = cache;
  const { receiver, args, signal } = call;
  if (signal?.aborted) return undefined;
  if (definition.isSuspended) return runBeside(cache, receiver, args);
  if (!isSameKey(definition.keyOf(receiver, args), key)) {
    throw new ArgumentError(`${definition.name}: an argument was changed after the call, before its refresh began`);
  }
  const next = extras.refreshes?.get(key);
  if (next === undefined) return run(cache, key, (since) => lasting(call, since));
  return (next.answer!() as Promise<unknown>).catch((error) => {
    if (next.failedByCaller?.()) return queueRefresh(cache, key, call);
    throw error;
  });
}

function run(cache: ReceiverCache, key: CallKey, begin: (since: number) => BegunRefresh): unknown {
  const { extras } = cache;
  const refresh: Refresh = { answer: undefined, failedByCaller: undefined };
  const stop = () => end(cache, key, refresh);
  extras.refreshes ??= new CallIndex();
  extras.refreshes.set(key, refresh);
  try {
    const since = readClock(cache);
    // Throws where the load of the key has given no promise yet.
    joinLoad(cache, key);
    const begun = begin(since);
    refresh.answer = begun.answer;
    refresh.failedByCaller = begun.failedByCaller;
    const answer = begun.answer();
    // Ends before those that wait for the promise go on.
    if (isPromise(answer)) return nativePromise(answer).finally(stop);
    stop();
    return answer;
  } catch (error) {
    stop();
    throw error;
  }
}

function end({ extras }: ReceiverCache, key: CallKey, refresh: Refresh): void {
  const { refreshes } = extras;
  if (refreshes?.get(key) !== refresh) return;
  refreshes.delete(key);
  if (refreshes.size === 0) extras.refreshes = undefined;
}

/** Begins a refresh whose answer is a promise in any case, so that all callers that go on in the same turn share it. */
function lasting(call: RefreshCall, since: number): BegunRefresh {
  try {
    const begun = call.begin(since);
    return { failedByCaller: begun.failedByCaller, answer: () => resolved(begun.answer()) };
  } catch (error) {
    return { answer: () => rejected(error), failedByCaller: () => false };
  }
}
