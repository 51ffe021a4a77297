import {
  cached,
  cachedProxy,
  cacheOf,
  clearAll,
  evicts,
  invalidateTags,
  loadContext,
  memoize,
  puts,
} from '../../../../dist/index.js';
import { usersOf } from '../users.mjs';

/** A load that is given what memokit tells it, and tells memokit how long its result lives. */
function told(load, ttlOf) {
  return async (id, signal) => {
    const context = loadContext();
    const value = await load(id, signal, { previous: context.previous?.value, keep: () => context.keep() });
    if (ttlOf) context.ttl(ttlOf(value));
    return value;
  };
}

export const memokit = {
  name: 'memokit',
  lacks: {},
  async open() {
    return {
      source(_name, load, { tags, staleIfError, isOutage, ttlOf, bypasses, refreshes, ...wanted }) {
        const get = memoize(ttlOf || wanted.revalidate ? told(load, ttlOf) : load, {
          ...wanted,
          staleIfError: isOutage ? { for: staleIfError, when: isOutage } : staleIfError,
          tags: tags && ((_user, id) => tags(id)),
          signal: (_id, signal) => signal,
          ...(bypasses && { bypass: (_id, _signal, isBypassed) => isBypassed === true }),
        });
        return {
          get,
          refresh: (id) => cacheOf(get).refresh(id),
          expire: (id) => cacheOf(get).expire(id),
          status: async (id) => (await cacheOf(get).call(id)).outcome,
          bypass: (id) => get(id, undefined, true),
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
