// Before any function is memoized that it is to count.

import memoizeeBy from 'memoizee';
import profile from 'memoizee/profile.js';
import { lacksAllBut } from '../features.mjs';

export const memoizee = {
  name: 'memoizee',
  lacks: lacksAllBut('refreshAhead', 'delete', 'stats'),
  async open() {
    return {
      source(name, load, { ttl, refreshAhead }) {
        const get = memoizeeBy(load, {
          length: 1,
          promise: true,
          maxAge: ttl,
          preFetch: refreshAhead && 1 - refreshAhead,
          profileName: name,
        });
        return {
          get,
          delete: (id) => get.delete(id),
          stats() {
            const [, { initial, cached }] = Object.entries(profile.statistics).find(([id]) => id.startsWith(name));
            return { hits: cached, misses: initial };
          },
        };
      },
    };
  },
};
