/**
 * Keys: from an id, a whole number, to what a cache is asked for. `source` makes one inside a loop from the member of
 * `order` there, which is the key itself, or the id where the key is made afresh.
 */
import { scattered } from './random.mjs';

const kinds = {
  // Sparse, since dense ones are array indices to a plain object.
  integers: { make: (id) => id * 211, source: 'order[at]' },
  'close integers': { make: (id) => id, source: 'order[at]' },
  'random integers': { make: scattered, source: 'order[at]' },
  strings: { make: (id) => `k${id}`, source: 'order[at]' },
  'fresh strings': { make: (id) => `k${id}`, source: "'k' + order[at]", areFresh: true },
};

export const kindNames = Object.keys(kinds);

/** The keys of a kind that one cell uses. An id has one key, the same string whenever it is asked for. */
export class Keys {
  #kind;
  #made = new Map();

  constructor(kind) {
    this.#kind = kinds[kind];
  }

  get source() {
    return this.#kind.source;
  }

  of(id) {
    let key = this.#made.get(id);
    if (key === undefined) this.#made.set(id, (key = this.#kind.make(id)));
    return key;
  }

  /** The members of `order` for a list of ids. */
  order(ids) {
    return this.#kind.areFresh ? ids : Array.from(ids, (id) => this.of(id));
  }
}
