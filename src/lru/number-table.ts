import { clz32, max } from '../platform.js';
import { mixed, type Secret, secretOfProcess } from '../scrambled-map.js';

/**
 * A hash table from whole numbers of 32 bits to slots. Its hash has a secret, unlike that of a Map, so that nobody can
 * choose numbers which meet in one place. Every operation takes O(1).
 */
export class NumberTable {
  /** A number and its slot for each place; the slot is 0 where the place is free. At most half of the places are taken. */
  #cells = NO_CELLS;
  /** How many bits of a hash are too many for a place. */
  #excess = 31;
  #secret = NO_SECRET;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of a number, or 0. */
  get(number: number): number {
    const cells = this.#cells;
    const last = cells.length - 1;
    for (let at = (mixed(number, this.#secret) >>> this.#excess) << 1; ; at = (at + 2) & last) {
      if (cells[at] === number) return cells[at + 1]!;
      if (cells[at + 1] === 0) return 0;
    }
  }

  set(number: number, slot: number): void {
    if (4 * this.#size + 4 >= this.#cells.length) this.#resize(max(64, 2 * this.#cells.length));
    const cells = this.#cells;
    const at = placeOf(number, cells, this.#excess, this.#secret);
    if (cells[at + 1] === 0) this.#size++;
    cells[at] = number;
    cells[at + 1] = slot;
  }

  delete(number: number): void {
    const cells = this.#cells;
    const last = cells.length - 1;
    let free = placeOf(number, cells, this.#excess, this.#secret);
    if (cells[free + 1] === 0) return;
    // The numbers behind it move up, unless one would leave the places that its hash leads to.
    for (let at = (free + 2) & last; cells[at + 1] !== 0; at = (at + 2) & last) {
      const first = (mixed(cells[at]!, this.#secret) >>> this.#excess) << 1;
      if (((at - first) & last) < ((at - free) & last)) continue;
      cells[free] = cells[at]!;
      cells[free + 1] = cells[at + 1]!;
      free = at;
    }
    cells[free + 1] = 0;
    this.#size--;
    if (32 * this.#size < cells.length && cells.length > 128) this.#resize(cells.length / 4);
  }

  /** Calls back for each number and its slot, until the callback returns false. */
  every(callback: (number: number, slot: number) => boolean): void {
    const cells = this.#cells;
    for (let at = 0; at < cells.length; at += 2) {
      if (cells[at + 1] !== 0 && !callback(cells[at]!, cells[at + 1]!)) return;
    }
  }

  /** Only assigns at its end: an overflow of the stack before it leaves the table as it was. */
  #resize(length: number): void {
    const secret = secretOfProcess();
    const cells = new Int32Array(length);
    const excess = clz32(length) + 2;
    this.every((number, slot) => {
      const at = placeOf(number, cells, excess, secret);
      cells[at] = number;
      cells[at + 1] = slot;
      return true;
    });
    this.#secret = secret;
    this.#excess = excess;
    this.#cells = cells;
  }
}

/** The index of the cell that holds a number, or of the free one where it belongs. */
function placeOf(number: number, cells: Int32Array, excess: number, secret: Secret): number {
  let at = (mixed(number, secret) >>> excess) << 1;
  while (cells[at + 1] !== 0 && cells[at] !== number) at = (at + 2) & (cells.length - 1);
  return at;
}

const NO_CELLS = /* @__PURE__ */ new Int32Array(4);
const NO_SECRET: Secret = { factor: 0, otherFactor: 0, bigFactor: 0n, modulus: 1n };
