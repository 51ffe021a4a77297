import type { Refresh } from '../cache/cache-extras.js';
import { selfCallOf } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import { rejected, resolved } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';
import { keepRunning } from './wait-until.js';

/** Begins the load that a refresh is, and returns what each caller of `refresh` gets its answer from. */
type Begin = () => () => unknown;

/**
 * Runs a refresh of a key: at most one at a time. Callers that come while one runs share the next one: the source may have
 * changed since the first began.
 *
 * @param signal The caller's signal. When it has aborted, its caller begins no refresh any more.
 * @throws RecursionError when the refresh that runs has given no promise yet.
 */
export function refreshWith(
  cache: ReceiverCache,
  key: CallKey,
  args: readonly unknown[],
  signal: AbortSignal | undefined,
  begin: Begin,
): unknown {
  cache.clearIfOutdated();
  const current = cache.extras.refreshes?.get(key);
  if (current === undefined) return run(cache, key, begin);
  const { answer } = current;
  if (answer === undefined) throw selfCallOf(cache);
  const goOn = () => {
    end(cache, key, current);
    if (signal?.aborted) return undefined;
    const next = cache.extras.refreshes?.get(key);
    return next === undefined ? run(cache, key, () => lasting(begin)) : next.answer!();
  };
  // Each caller waits by itself: a platform that has ended a request calls back nothing that this request waited for. The
  // first to go on begins the next refresh.
  const ended = () => answer() as Promise<unknown>;
  const given = ended().then(goOn, goOn);
  keepRunning(cache, key, args, ended);
  return given;
}

function run(cache: ReceiverCache, key: CallKey, begin: Begin): unknown {
  const { extras } = cache;
  const refresh: Refresh = { answer: undefined };
  const stop = () => end(cache, key, refresh);
  extras.refreshes ??= new CallIndex();
  extras.refreshes.set(key, refresh);
  try {
    refresh.answer = begin();
    const answer = refresh.answer();
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
function lasting(begin: Begin): () => unknown {
  try {
    const answer = begin();
    return () => resolved(answer());
  } catch (error) {
    return () => rejected(error);
  }
}
