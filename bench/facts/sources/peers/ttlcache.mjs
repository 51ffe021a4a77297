import { TTLCache } from '@isaacs/ttlcache';
import { lacksAllBut } from '../features.mjs';

export const ttlcache = {
  name: '@isaacs/ttlcache',
  lacks: lacksAllBut('delete', 'loadTtl', 'idle', 'clear'),
  async open() {
    const cache = new TTLCache({ max: 1000, ttl: Infinity, checkAgeOnGet: true });
    return {
      source: (name, load, { ttl, ttlOf, idle }) => ({
        // It loads nothing, so one looks, loads and stores.
        async get(id, signal) {
          const key = `${name}:${id}`;
          const found = cache.get(key, idle && { updateAgeOnGet: true, ttl: idle });
          if (found !== undefined) return found;
          const value = await load(id, signal);
          cache.set(key, value, { ttl: ttlOf?.(value) ?? idle ?? ttl });
          return value;
        },
        delete: (id) => cache.delete(`${name}:${id}`),
      }),
      clear: () => cache.clear(),
    };
  },
};
