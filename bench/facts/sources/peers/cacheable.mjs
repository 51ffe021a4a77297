import { Cacheable, CacheableHooks } from 'cacheable';
import { lacksAllBut } from '../features.mjs';

export const cacheable = {
  name: 'cacheable',
  // Tags are given to `set` only, not to `getOrSet` or `wrap`, which load.
  lacks: lacksAllBut('errorTtl', 'delete', 'tags', 'stats', 'unshared', 'copies', 'loadTtl', 'clear'),
  async open({ tags, stats }) {
    const cache = new Cacheable({ tags, stats });
    return {
      source(name, load, { ttl, errorTtl, tags: tagsOf, ttlOf }) {
        if (ttlOf) {
          cache.onHook(CacheableHooks.BEFORE_SET, (item) => {
            item.ttl = ttlOf(item.value);
          });
        }
        return {
          async get(id, signal) {
            const key = `${name}:${id}`;
            if (tagsOf === undefined) {
              const options = { ttl: ttl ?? errorTtl, cacheErrors: errorTtl !== undefined, throwErrors: true };
              return cache.getOrSet(key, () => load(id, signal), options);
            }
            const found = await cache.get(key);
            if (found !== undefined) return found;
            const value = await load(id, signal);
            await cache.set(key, value, { ttl, tags: tagsOf(id) });
            return value;
          },
          delete: (id) => cache.delete(`${name}:${id}`),
          stats: () => cache.stats,
        };
      },
      invalidate: (tag) => cache.tags.invalidateTag(tag),
      clear: () => cache.clear(),
    };
  },
};
