import {
  cached,
  cachedProxy,
  cacheOf,
  clearAll,
  evicts,
  invalidateTags,
  memoize,
  puts,
} from '../../../../dist/index.js';
import { usersOf } from '../users.mjs';

export const memokit = {
  name: 'memokit',
  lacks: {},
  async open() {
    return {
      source(_name, load, { tags, ...wanted }) {
        const get = memoize(load, {
          ...wanted,
          tags: tags && ((_user, id) => tags(id)),
          signal: (_id, signal) => signal,
        });
        return {
          get,
          delete: (id) => cacheOf(get).delete(id),
          stats() {
            const { hits, misses, totalLoadTime } = cacheOf(get).stats();
            return { hits, misses, loadTime: totalLoadTime };
          },
        };
      },
      many(_name, batch) {
        const get = memoize.many(batch);
        return (ids) => Promise.all(ids.map((id) => get(id)));
      },
      invalidate: (tag) => invalidateTags(tag),
      clear: () => clearAll(),
    };
  },
  users: () => usersOf({ cached: cached(), evicts: evicts('get', (id) => [id]), puts: puts('get', (id) => [id]) }),
  proxy: (object, method) => cachedProxy(object, { [method]: {} }),
};
