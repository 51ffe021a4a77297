import typescriptMemoizeBy from 'typescript-memoize';
import { lacksAllBut } from '../features.mjs';

/** Its tags are those of a method, not of an entry. */
const ALL = 'all';

export const typescriptMemoize = {
  name: 'typescript-memoize',
  lacks: lacksAllBut('delete', 'clear'),
  async open() {
    return {
      source(name, load, { ttl }) {
        // It decorates methods only, so the function becomes one of an object of its own.
        const descriptor = { value: load };
        typescriptMemoizeBy.Memoize({ expiring: ttl, tags: [name, ALL] })({}, name, descriptor);
        const owner = {};
        return {
          get: (id, signal) => descriptor.value.call(owner, id, signal),
          // It clears all calls of a method at once.
          delete: () => typescriptMemoizeBy.clear([name]),
        };
      },
      clear: () => typescriptMemoizeBy.clear([ALL]),
    };
  },
};
