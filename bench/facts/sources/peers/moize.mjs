import moizeBy from 'moize/mjs/index.mjs';
import { lacksAllBut } from '../features.mjs';

export const moize = {
  name: 'moize',
  lacks: lacksAllBut('delete', 'stats'),
  async open({ stats }) {
    if (stats) moizeBy.collectStats();
    return {
      source(name, load, { ttl }) {
        const get = moizeBy(load, {
          maxSize: 1000,
          maxArgs: 1,
          isPromise: true,
          profileName: name,
          ...(ttl && { maxAge: ttl }),
        });
        return {
          get,
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
