import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { lacksAllBut } from '../features.mjs';

/** Its words for the time that a value may be given past its ttl: `grace`, with a soft timeout of 0 at once. */
function options({ ttl, staleWhileRevalidate, staleIfError, revalidate, timeout, softTimeout, tags }, id) {
  const stale = staleWhileRevalidate ?? staleIfError ?? revalidate;
  return {
    ttl: ttl ?? null,
    tags: tags?.(id),
    ...(stale && { grace: ttl + stale, timeout: staleWhileRevalidate ? 0 : (softTimeout ?? null) }),
    ...(timeout && { hardTimeout: timeout }),
  };
}

/** What a factory can do with its context: `skip` gives no old value either. */
async function produced(load, { ttlOf, isOutage }, id, { gracedEntry, setOptions, skip }) {
  try {
    const previous = gracedEntry?.value;
    const value = await load(id, undefined, { previous, keep: () => previous });
    if (ttlOf) setOptions({ ttl: ttlOf(value) });
    return value;
  } catch (error) {
    if (isOutage?.(error) === false) return skip();
    throw error;
  }
}

export const bentocache = {
  name: 'bentocache',
  lacks: lacksAllBut(
    'staleWhileRevalidate',
    'staleIfError',
    'timeout',
    'softTimeout',
    'delete',
    'refresh',
    'expire',
    'previous',
    'loadTtl',
    'copies',
    'staleErrors',
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
      source(name, load, wanted) {
        const get = (id, more) => {
          const factory = (context) => produced(load, wanted, id, context);
          return cache.getOrSet({ key: `${name}:${id}`, factory, ...options(wanted, id), ...more });
        };
        return {
          get: (id) => get(id),
          delete: (id) => cache.delete({ key: `${name}:${id}` }),
          refresh: (id) => get(id, { forceFresh: true }),
          expire: (id) => cache.expire({ key: `${name}:${id}` }),
        };
      },
      invalidate: (tag) => cache.deleteByTag({ tags: [tag] }),
      clear: () => cache.clearAll(),
    };
  },
};
