import moizeBy from 'moize/mjs/index.mjs';
import { lacksAllBut } from '../features.mjs';

export const moize = {
  name: 'moize',
  lacks: lacksAllBut('delete', 'stats', 'refresh', 'idle'),
  async open({ stats }) {
    if (stats) moizeBy.collectStats();
    return {
      source(name, load, { ttl, idle }) {
        let isForced = false;
        const get = moizeBy(load, {
          maxSize: 1000,
          maxArgs: 1,
          isPromise: true,
          profileName: name,
          updateCacheForKey: () => isForced,
          ...((idle ?? ttl) && { maxAge: idle ?? ttl, updateExpire: idle !== undefined }),
        });
        return {
          get,
          refresh(id) {
            isForced = true;
            const call = get(id);
            isForced = false;
            return call;
          },
          delete: (id) => get.remove([id]),
          stats() {
            const { calls, hits } = get.getStats();
            return { hits, misses: calls - hits };
          },
        };
      },
    };
  },
};
