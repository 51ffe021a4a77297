import { getStats, memoize, startCollectingStats } from 'micro-memoize';
import { lacksAllBut } from '../features.mjs';

export const microMemoize = {
  name: 'micro-memoize',
  lacks: lacksAllBut('delete', 'stats', 'refresh', 'idle'),
  async open({ stats }) {
    if (stats) startCollectingStats();
    return {
      source(name, load, { ttl, idle }) {
        let isForced = false;
        const get = memoize(load, {
          maxSize: 1000,
          maxArgs: 1,
          async: true,
          statsName: stats ? name : undefined,
          forceUpdate: () => isForced,
          ...(ttl && { expires: idle ? { after: idle, update: true } : ttl }),
        });
        return {
          get,
          refresh(id) {
            isForced = true;
            const call = get(id);
            isForced = false;
            return call;
          },
          delete: (id) => get.cache.delete([id]),
          stats() {
            const { calls, hits } = getStats(name);
            return { hits, misses: calls - hits };
          },
        };
      },
    };
  },
};
