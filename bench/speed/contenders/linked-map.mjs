/**
 * A linked map: what one writes by hand to keep the most recently used entries, a `Map` of nodes in a doubly linked list.
 * It trusts that a key given to `set` is new.
 */
export class LinkedMap {
  #nodes = new Map();
  #capacity;
  #newest;
  #oldest;

  constructor(capacity) {
    this.#capacity = capacity;
  }

  get(key) {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (node !== this.#newest) {
      this.#unlink(node);
      this.#link(node);
    }
    return node.value;
  }

  set(key, value) {
    if (this.#nodes.size === this.#capacity) {
      this.#nodes.delete(this.#oldest.key);
      this.#unlink(this.#oldest);
    }
    const node = { key, value, newer: undefined, older: undefined };
    this.#nodes.set(key, node);
    this.#link(node);
  }

  #link(node) {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  #unlink({ newer, older }) {
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
  }
}
