import { LRUCache } from 'lru-cache';
import { lacksAllBut } from '../features.mjs';

/** What its documents set for each behaviour: `allowStale` alone is stale-while-revalidate. */
function options({ ttl, staleWhileRevalidate, staleIfError, softTimeout }) {
  return {
    ttl,
    allowStale: staleWhileRevalidate !== undefined,
    ...(staleIfError && { allowStaleOnFetchRejection: true }),
    ...(softTimeout && { ignoreFetchAbort: true, allowStaleOnFetchAbort: true }),
  };
}

export const lruCache = {
  name: 'lru-cache (fetch)',
  package: 'lru-cache',
  lacks: lacksAllBut('staleWhileRevalidate', 'staleIfError', 'timeout', 'softTimeout', 'signal', 'delete'),
  async open() {
    return {
      source(_name, load, wanted) {
        const cache = new LRUCache({
          max: 1000,
          ...options(wanted),
          fetchMethod: (id, _stale, { signal }) => load(id, signal),
        });
        const limit = wanted.timeout ?? wanted.softTimeout;
        return {
          get: (id, signal = limit && AbortSignal.timeout(limit)) => cache.fetch(id, { signal }),
          delete: (id) => cache.delete(id),
        };
      },
    };
  },
};
