/**
 * An operation: what is done to a cache over and over, and to which keys.
 *
 * - `each`: the source that does it to `key`, in the words of `loopOf`; `ids[at]` is the number that the key was made from.
 * - `draws(size)`: the ids of the keys in the order of use; `worth(id, size)`: what `each` must add to the sum.
 * - `filled`: the cache holds the keys of the ids below its size at first; else it has been used as `each` does until
 *   it is full.
 * - `evicts`: entries are evicted; `writes`: the last key written must be found with the value `at`.
 */
import { permutation, uniform, zipf } from './random.mjs';

/** So many draws at least, so that a small cache does not meet a short pattern. */
const DRAWS = 2 ** 15;

const among = (population) => uniform(population, Math.max(DRAWS, 3 * population));
const nothing = () => 0;

export const operations = {
  get: {
    each: 'sum += subject.get(key);',
    draws: among,
    worth: (id) => id,
    filled: true,
  },
  has: {
    each: 'if (subject.has(key)) sum++;',
    draws: (size) => among(2 * size),
    worth: (id, size) => (id < size ? 1 : 0),
    filled: true,
  },
  set: {
    each: `if (at === 0) subject = make();
      subject.set(key, at);
      if (at === length - 1) sum += subject.get(key);`,
    draws: (size) => permutation(size),
    isFill: true,
  },
  update: {
    each: 'subject.set(key, at);',
    draws: among,
    worth: nothing,
    filled: true,
    writes: true,
  },
  delete: {
    each: 'subject.delete(key); subject.set(key, at);',
    draws: among,
    worth: nothing,
    filled: true,
    writes: true,
  },
  churn: {
    each: 'subject.set(key, at);',
    // Three times its capacity, since quick-lru still has the keys of twice as many.
    draws: (size) => permutation(Math.max(3 * size, 3000)),
    worth: nothing,
    evicts: true,
    writes: true,
  },
  'read-through': {
    each: `let value = subject.get(key);
      if (value === undefined) subject.set(key, value = ids[at]);
      sum += value;`,
    draws: (size) => zipf(10 * size, Math.max(DRAWS, 4 * size), 0.99),
    worth: (id) => id,
    evicts: true,
  },
  'get, 10 a turn of the event loop': {
    each: 'sum += subject.get(key);',
    draws: among,
    worth: (id) => id,
    filled: true,
    perTurn: 10,
  },
};
