/**
 * A ring map: the least that a bounded map can be, a `Map` and a ring of its keys, first in, first out. It is the limit
 * where entries are evicted, and trusts that a key given to `set` is new.
 */
export class RingMap {
  #values = new Map();
  #ring;
  #next = 0;

  constructor(capacity) {
    this.#ring = new Array(capacity).fill(undefined);
  }

  get(key) {
    return this.#values.get(key);
  }

  set(key, value) {
    const next = this.#next;
    if (this.#values.size === this.#ring.length) this.#values.delete(this.#ring[next]);
    this.#values.set(key, value);
    this.#ring[next] = key;
    this.#next = next + 1 === this.#ring.length ? 0 : next + 1;
  }
}
