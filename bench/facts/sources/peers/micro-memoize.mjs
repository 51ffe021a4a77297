import { getStats, memoize, startCollectingStats } from 'micro-memoize';
import { lacksAllBut } from '../features.mjs';

export const microMemoize = {
  name: 'micro-memoize',
  lacks: lacksAllBut('delete', 'stats'),
  async open({ stats }) {
    if (stats) startCollectingStats();
    return {
      source(name, load, { ttl }) {
        const get = memoize(load, {
          maxSize: 1000,
          maxArgs: 1,
          async: true,
          statsName: stats ? name : undefined,
          ...(ttl && { expires: ttl }),
        });
        return {
          get,
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
