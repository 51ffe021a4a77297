import { max, min } from '../platform.js';
import { ScrambledMap } from '../scrambled-map.js';
import { NumberTable } from './number-table.js';

/** Finds the slot of a key. Slots are whole numbers from 1; 0 stands for none. */
export interface Index<K> {
  readonly size: number;
  get(key: K): number;
  /** Sets the slot of a key that has none. */
  set(key: K, slot: number): void;
  /** Deletes a key from its slot, if it is there. */
  delete(key: K, slot: number): void;
}

/**
 * An index that finds whole numbers (of 32 bits) faster than a Map, and in whose Map no stranger can have keys meet. Whole
 * numbers that lie close share a window: an array with one cell for each number from `base` on. All others are in a hash
 * table, and all other keys in a Map. When many new numbers have gone to the table, the index looks whether a window for all
 * whole numbers would take about as much memory as a Map, and if so makes it. `get`, `set` and `delete` take O(1): a new
 * window takes O(numbers), and as many new ones have come before.
 */
export class SlotIndex<K> implements Index<K> {
  // Only this class writes the next five; a hit may read them in place.
  /** The slot of each number from `base` on, 0 for none. */
  window = NO_WINDOW;
  base = 0;
  /** How many cells the window has. */
  width = 0;
  /** The slots of the numbers that lie outside of the window. */
  numbers = new NumberTable();
  /** The slots of all other keys. */
  readonly others = new ScrambledMap<K, number>();
  #inWindow = 0;
  /** How many new numbers may go to the table before the next look. */
  #patience = FIRST_LOOK;

  get size(): number {
    return this.#inWindow + this.numbers.size + this.others.size;
  }

  get(key: K): number {
    if (!isWhole(key)) return this.others.get(key) ?? 0;
    const at = (key - this.base) >>> 0;
    return at < this.width ? this.window[at]! : this.numbers.get(key | 0);
  }

  set(key: K, slot: number): void {
    if (!isWhole(key)) {
      this.others.set(key, slot);
      return;
    }
    let at = (key - this.base) >>> 0;
    if (at >= this.width && --this.#patience < 0) {
      this.#look(key);
      at = (key - this.base) >>> 0;
    }
    // Both ways end with the change: if they throw, as the stack is full, the index is as it was.
    if (at >= this.width) this.numbers.set(key | 0, slot);
    else {
      if (this.window[at] === 0) this.#inWindow++;
      this.window[at] = slot;
    }
  }

  delete(key: K): void {
    if (!isWhole(key)) {
      this.others.delete(key);
      return;
    }
    const at = (key - this.base) >>> 0;
    if (at >= this.width) this.numbers.delete(key | 0);
    else if (this.window[at] !== 0) {
      this.window[at] = 0;
      this.#inWindow--;
    }
  }

  /** Makes a new window if all whole numbers and a new one lie close. Stops at the first that does not. */
  #look(key: number): void {
    const { window, base, numbers } = this;
    const size = this.#inWindow + numbers.size;
    // A look goes through the window and the table.
    this.#patience = 2 * size + (this.width >> 3) + FIRST_LOOK;
    const widest = widestFor(size);
    // The part of the window that holds slots.
    let first = 0;
    let last = this.#inWindow === 0 ? 0 : this.width;
    while (first < last && window[first] === 0) first++;
    while (last > first && window[last - 1] === 0) last--;
    // The base may have wrapped around at the least of the numbers.
    const origin = base + first < 2 ** 31 ? base : base - 2 ** 32;
    let low = last > first ? min(key, origin + first) : key;
    let high = last > first ? max(key, origin + last - 1) : key;
    numbers.every((number) => {
      if (number < low) low = number;
      if (number > high) high = number;
      return high - low < widest;
    });
    const span = high - low + 1;
    if (span > widest) {
      // An empty window is given back.
      if (this.#inWindow === 0) this.#replace(NO_WINDOW, 0, numbers, 0);
      return;
    }
    // Free cells at either end, for the keys that come next.
    const margin = (span + 64 < widest - span ? span + 64 : widest - span) >> 1;
    const wider = new Uint32Array(span + 2 * margin);
    const start = (low - margin) | 0;
    wider.set(window.subarray(first, last), last > first ? (base + first - start) >>> 0 : 0);
    numbers.every((number, slot) => {
      wider[(number - start) >>> 0] = slot;
      return true;
    });
    this.#replace(wider, start, new NumberTable(), size);
    this.#patience = (span >> 3) + FIRST_LOOK;
  }

  /** Only assigns: an overflow of the stack before it leaves the index as it was. */
  #replace(window: typeof NO_WINDOW, base: number, numbers: NumberTable, inWindow: number): void {
    this.window = window;
    this.width = window.length;
    this.base = base;
    this.numbers = numbers;
    this.#inWindow = inWindow;
  }
}

const NO_WINDOW = /* @__PURE__ */ new Uint32Array(0);

/** How many new numbers come before the first look. */
const FIRST_LOOK = 8;

/** Whether a key is a whole number of 32 bits. A Map takes -0 for 0, and so does this. */
function isWhole(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) === key;
}

/**
 * How many cells a window may have for so many numbers. A cell takes 4 bytes, an entry of a Map about 30; up to 4,096 keys a
 * window may take three times as much, which is a constant at most.
 */
function widestFor(keys: number): number {
  return 64 + 8 * keys + 16 * min(keys, 4096);
}
