import { Cacheable, CacheClear, CacheUpdate } from '@type-cacheable/core';
import { useAdapter } from '@type-cacheable/lru-cache-adapter';
import { LRUCache } from 'lru-cache';
import { lacksAllBut } from '../features.mjs';
import { usersOf } from '../users.mjs';

export const typeCacheable = {
  name: '@type-cacheable/core',
  lacks: lacksAllBut('delete', 'evicts', 'puts', 'clear', 'bypass'),
  async open() {
    const lru = new LRUCache({ max: 1000 });
    const client = useAdapter(lru);
    return {
      source(name, load) {
        const cacheKey = ([id]) => `${name}:${id}`;
        const target = { load, async forget() {} };
        const noop = ([, , bypasses]) => bypasses === true;
        const loading = Cacheable({ cacheKey, client, noop })(target, 'load', { value: target.load });
        const forgetting = CacheClear({ cacheKey, client })(target, 'forget', { value: target.forget });
        return {
          get: (id, signal) => loading.value.call(target, id, signal),
          bypass: (id) => loading.value.call(target, id, undefined, true),
          delete: (id) => forgetting.value.call(target, id),
        };
      },
      clear: () => lru.clear(),
    };
  },
  users() {
    const client = useAdapter(new LRUCache({ max: 1000 }));
    const options = { cacheKey: ([id]) => `user:${id}`, client };
    return usersOf({
      cached: Cacheable(options),
      evicts: CacheClear(options),
      puts: CacheUpdate({ ...options, cacheKeysToClear: null }),
    });
  },
};
