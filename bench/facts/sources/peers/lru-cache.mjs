import { LRUCache } from 'lru-cache';
import { lacksAllBut } from '../features.mjs';

/** What its documents set for each behaviour: `allowStale` alone is stale-while-revalidate. */
function options({ ttl, staleWhileRevalidate, staleIfError, softTimeout, refreshes, idle, weigh, capacity }) {
  return {
    ttl: idle ?? ttl,
    allowStale: staleWhileRevalidate !== undefined || refreshes,
    updateAgeOnGet: idle !== undefined,
    ...(staleIfError && { allowStaleOnFetchRejection: true }),
    ...(refreshes && { noDeleteOnFetchRejection: true }),
    ...(weigh && { maxSize: capacity, sizeCalculation: weigh }),
    ...(softTimeout && { ignoreFetchAbort: true, allowStaleOnFetchAbort: true }),
  };
}

/** What a load may change of the options of its result, it changes in the options that `fetchMethod` is given. */
async function fetched(load, { ttlOf, isOutage }, id, stale, { signal, options }) {
  try {
    const value = await load(id, signal, { previous: stale, keep: () => stale });
    if (ttlOf) options.ttl = ttlOf(value);
    return value;
  } catch (error) {
    if (isOutage?.(error) === false) options.allowStaleOnFetchRejection = false;
    throw error;
  }
}

export const lruCache = {
  name: 'lru-cache (fetch)',
  package: 'lru-cache',
  lacks: lacksAllBut(
    'staleWhileRevalidate',
    'staleIfError',
    'timeout',
    'softTimeout',
    'signal',
    'delete',
    'refresh',
    'status',
    'previous',
    'loadTtl',
    'weigh',
    'idle',
    'staleErrors',
  ),
  async open() {
    return {
      source(_name, load, wanted) {
        const cache = new LRUCache({
          max: 1000,
          ...options(wanted),
          fetchMethod: (id, stale, context) => fetched(load, wanted, id, stale, context),
        });
        const limit = wanted.timeout ?? wanted.softTimeout;
        return {
          get: (id, signal = limit && AbortSignal.timeout(limit)) => cache.fetch(id, { signal }),
          delete: (id) => cache.delete(id),
          refresh: (id) => cache.fetch(id, { forceRefresh: true, allowStale: false }),
          async status(id) {
            const status = {};
            await cache.fetch(id, { status });
            return status.fetch;
          },
        };
      },
    };
  },
};
