import DataLoader from 'dataloader';
import { lacksAllBut } from '../features.mjs';

export const dataloader = {
  name: 'dataloader',
  // It remembers an Error that stands for one key, but until it is cleared.
  lacks: lacksAllBut('delete', 'many'),
  async open() {
    return {
      source(_name, load) {
        const loader = new DataLoader((calls) => Promise.all(calls.map(({ id, signal }) => load(id, signal))), {
          cacheKeyFn: ({ id }) => id,
        });
        return {
          get: (id, signal) => loader.load({ id, signal }),
          delete: (id) => loader.clear({ id }),
        };
      },
      many(_name, batch) {
        const loader = new DataLoader(batch);
        return (ids) => loader.loadMany(ids);
      },
    };
  },
};
