import type { Refresh } from '../cache/cache-extras.js';
import { selfCallOf } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import { isPromise, nativePromise } from '../promise.js';

/**
 * Runs a refresh of a key: at most one at a time. While one runs, one more can wait for its end, and all who ask
 * meanwhile share that one: the source may have changed since the first began.
 *
 * @param begin Begins the load that the refresh is.
 * @throws RecursionError when the refresh that runs has given no promise yet.
 */
export function refreshWith(cache: ReceiverCache, key: CallKey, begin: () => unknown): unknown {
  cache.clearIfOutdated();
  const { extras } = cache;
  const current = extras.refreshes?.get(key);
  if (current === undefined) return run(cache, key, begin);
  if (current.promise === undefined) throw selfCallOf(cache);
  const follow = () => refreshWith(cache, key, begin);
  current.next ??= current.promise.then(follow, follow);
  return current.next;
}

function run(cache: ReceiverCache, key: CallKey, begin: () => unknown): unknown {
  const { extras } = cache;
  const refresh: Refresh = { promise: undefined, next: undefined };
  const end = () => {
    extras.refreshes!.delete(key);
    if (extras.refreshes!.size === 0) extras.refreshes = undefined;
  };
  extras.refreshes ??= new CallIndex();
  extras.refreshes.set(key, refresh);
  try {
    const result = begin();
    if (isPromise(result)) {
      const promise = nativePromise(result);
      // Ends before those that wait for the promise go on.
      refresh.promise = promise.finally(end);
      return refresh.promise;
    }
    end();
    return result;
  } catch (error) {
    end();
    throw error;
  }
}
