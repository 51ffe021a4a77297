import { cachified as cachifiedBy, createBatch, softPurge, totalTtl } from '@epic-web/cachified';
import { LRUCache } from 'lru-cache';
import { settle } from '../case.mjs';
import { lacksAllBut } from '../features.mjs';

export const cachified = {
  name: '@epic-web/cachified',
  // Its background loads leave the old value in place when they fail.
  lacks: lacksAllBut(
    'staleWhileRevalidate',
    'staleIfError',
    'delete',
    'many',
    'clear',
    'refresh',
    'expire',
    'status',
    'loadTtl',
    'bypass',
  ),
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
      source(name, load, { ttl, staleWhileRevalidate, staleIfError, ttlOf }) {
        const get = (id, signal, more, reporter) => {
          const getFreshValue = async ({ metadata }) => {
            const value = await load(id, signal);
            if (ttlOf) metadata.ttl = ttlOf(value);
            return value;
          };
          const swr = staleWhileRevalidate ?? staleIfError;
          return cachifiedBy({ cache, key: `${name}-${id}`, ttl, swr, getFreshValue, ...more }, reporter);
        };
        return {
          get: (id, signal) => get(id, signal),
          delete: (id) => cache.delete(`${name}-${id}`),
          refresh: (id) => get(id, undefined, { forceFresh: true }),
          expire: (id) => softPurge({ cache, key: `${name}-${id}`, staleWhileRevalidate: staleIfError }),
          // What reports tell of a call. That it reloads is reported a little later.
          async status(id) {
            const reported = new Set();
            await get(id, undefined, {}, () => (event) => reported.add(event.name));
            await settle();
            if (!reported.has('getCachedValueSuccess')) return 'miss';
            return reported.has('refreshValueStart') ? 'stale' : 'hit';
          },
          bypass: (id) => get(id, undefined, { forceFresh: true, ttl: -1 }),
        };
      },
      many: (name, batch) => (ids) => {
        const { add } = createBatch(batch);
        return Promise.all(ids.map((id) => cachifiedBy({ cache, key: `${name}-${id}`, getFreshValue: add(id) })));
      },
      clear: () => lru.clear(),
    };
  },
};
