import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { lacksAllBut } from '../features.mjs';

/** Its words for the time that a value may be given past its ttl: `grace`, with a soft timeout of 0 at once. */
function options({ ttl, staleWhileRevalidate, staleIfError, timeout, softTimeout, tags }, id) {
  const stale = staleWhileRevalidate ?? staleIfError;
  return {
    ttl: ttl ?? null,
    tags: tags?.(id),
    ...(stale && { grace: ttl + stale, timeout: staleWhileRevalidate ? 0 : (softTimeout ?? null) }),
    ...(timeout && { hardTimeout: timeout }),
  };
}

export const bentocache = {
  name: 'bentocache',
  lacks: lacksAllBut(
    'staleWhileRevalidate',
    'staleIfError',
    'timeout',
    'softTimeout',
    'delete',
    'tags',
    'loadTags',
    'stats',
    'unshared',
    'clear',
  ),
  reads: {
    'statistics count hits and misses': {
      mark: 'right',
      note: 'read: in its plugin @bentocache/plugin-prometheus 0.2.0, build/index.js:84 and :92',
    },
  },
  async open() {
    const cache = new BentoCache({
      default: 'memory',
      stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 1000 })) },
    });
    return {
      source: (name, load, wanted) => ({
        get: (id) => cache.getOrSet({ key: `${name}:${id}`, factory: () => load(id), ...options(wanted, id) }),
        delete: (id) => cache.delete({ key: `${name}:${id}` }),
      }),
      invalidate: (tag) => cache.deleteByTag({ tags: [tag] }),
      clear: () => cache.clearAll(),
    };
  },
};
