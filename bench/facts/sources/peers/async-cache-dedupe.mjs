import { createCache } from 'async-cache-dedupe';
import { lacksAllBut } from '../features.mjs';

/** A ttl is a whole number of seconds. */
const SECONDS = 2;
const LONG = 3600;

export const asyncCacheDedupe = {
  name: 'async-cache-dedupe',
  ttl: 1000 * SECONDS,
  lacks: lacksAllBut(
    'staleWhileRevalidate',
    // Its background loads leave the old value in place when they fail.
    'staleIfError',
    'delete',
    'tags',
    'loadTags',
    'unshared',
    'copies',
    'loadTtl',
    'clear',
  ),
  async open({ tags, unshared }) {
    const cache = createCache({
      ttl: LONG,
      storage: { type: 'memory', options: { invalidation: tags === true } },
      ...(unshared && { transformer: { serialize: JSON.stringify, deserialize: JSON.parse } }),
    });
    return {
      source(name, load, { ttl, staleWhileRevalidate, staleIfError, tags: tagsOf, ttlOf }) {
        const stale = (staleWhileRevalidate ?? staleIfError ?? 0) / 1000;
        const references = tagsOf && (({ id }) => tagsOf(id));
        cache.define(
          name,
          {
            ...(ttl && { ttl: ttlOf ? (value) => ttlOf(value) / 1000 : ttl / 1000 }),
            stale,
            references,
            serialize: ({ id }) => id,
          },
          ({ id, signal }) => load(id, signal),
        );
        return { get: (id, signal) => cache[name]({ id, signal }), delete: (id) => cache.clear(name, { id }) };
      },
      invalidate: (tag) => cache.invalidateAll(tag),
      clear: () => cache.clear(),
    };
  },
};
