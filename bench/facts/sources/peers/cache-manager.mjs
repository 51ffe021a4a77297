import { createCache } from 'cache-manager';
import { CacheableMemory, Keyv } from 'cacheable';
import { lacksAllBut } from '../features.mjs';

export const cacheManager = {
  name: 'cache-manager',
  lacks: lacksAllBut('refreshAhead', 'delete', 'unshared', 'copies', 'loadTtl', 'clear'),
  async open() {
    const cache = createCache({ stores: [new Keyv({ store: new CacheableMemory({ lruSize: 1000 }) })] });
    return {
      source: (name, load, { ttl, refreshAhead, ttlOf }) => ({
        get: (id, signal) =>
          cache.wrap(`${name}:${id}`, () => load(id, signal), {
            ttl: ttlOf ?? ttl,
            ...(refreshAhead && { refreshThreshold: (1 - refreshAhead) * ttl }),
          }),
        delete: (id) => cache.del(`${name}:${id}`),
      }),
      clear: () => cache.clear(),
    };
  },
};
