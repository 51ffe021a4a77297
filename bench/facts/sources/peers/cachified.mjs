import { cachified as cachifiedBy, createBatch, totalTtl } from '@epic-web/cachified';
import { LRUCache } from 'lru-cache';
import { lacksAllBut } from '../features.mjs';

export const cachified = {
  name: '@epic-web/cachified',
  // Its background loads leave the old value in place when they fail.
  lacks: lacksAllBut('staleWhileRevalidate', 'staleIfError', 'delete', 'many', 'clear'),
  async open() {
    const lru = new LRUCache({ max: 1000 });
    const cache = {
      set(key, value) {
        const ttl = totalTtl(value?.metadata);
        lru.set(key, value, { ttl: ttl === Infinity ? undefined : ttl, start: value?.metadata?.createdTime });
      },
      get: (key) => lru.get(key),
      delete: (key) => lru.delete(key),
    };
    return {
      source: (name, load, { ttl, staleWhileRevalidate, staleIfError }) => ({
        get: (id, signal) =>
          cachifiedBy({
            cache,
            key: `${name}-${id}`,
            ttl,
            swr: staleWhileRevalidate ?? staleIfError,
            getFreshValue: () => load(id, signal),
          }),
        delete: (id) => cache.delete(`${name}-${id}`),
      }),
      many: (name, batch) => (ids) => {
        const { add } = createBatch(batch);
        return Promise.all(ids.map((id) => cachifiedBy({ cache, key: `${name}-${id}`, getFreshValue: add(id) })));
      },
      clear: () => lru.clear(),
    };
  },
};
