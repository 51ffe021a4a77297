import pMemoizeBy, { pMemoizeClear } from 'p-memoize';
import { lacksAllBut } from '../features.mjs';

export const pMemoize = {
  name: 'p-memoize',
  lacks: lacksAllBut('delete'),
  async open() {
    return {
      source(_name, load) {
        const get = pMemoizeBy(load);
        // It clears all calls of a function at once.
        return { get, delete: () => pMemoizeClear(get) };
      },
    };
  },
};
