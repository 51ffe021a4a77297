import { min } from '../platform.js';

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
 * An index that finds whole numbers without a hash. Whole numbers (of 32 bits) that lie close share a window: an array with
 * one cell for each number from `base` on. All other keys are in a Map. When many new keys have gone to the Map, the index
 * looks whether a window for all whole numbers would take about as much memory as a Map, and if so makes it. `get`, `set`
 * and `delete` take O(1): a new window takes O(entries), and as many new keys have come before.
 */
export class SlotIndex<K> implements Index<K> {
  // Only this class writes the next four; a hit may read them in place.
  /** The slot of each number from `base` on, 0 for none. */
  window = NO_WINDOW;
  base = 0;
  /** How many cells the window has. */
  width = 0;
  /** The slots of all other keys. */
  others = new Map<K, number>();
  #inWindow = 0;
  /** How many new keys may go to the Map before the next look. */
  #patience = FIRST_LOOK;

  get size(): number {
    return this.#inWindow + this.others.size;
  }

  get(key: K): number {
    let slot: number | undefined;
    if (isWhole(key)) {
      const at = (key - this.base) >>> 0;
      if (at < this.width) return this.window[at]!;
      // The engine looks a whole number up without a call.
      slot = this.others.get((key | 0) as K);
    } else {
      slot = this.others.get(key);
    }
    return slot === undefined ? 0 : slot;
  }

  set(key: K, slot: number): void {
    const at = this.#cellOf(key);
    if (at < this.width) {
      if (this.window[at] === 0) this.#inWindow++;
      this.window[at] = slot;
      return;
    }
    try {
      this.others.set(key, slot);
    } catch (error) {
      // A Map has room for 2^24 entries, deleted ones included, which it drops only when they are at least half.
      if (this.others.size < 2 ** 23) throw error;
      this.others = new Map(this.others).set(key, slot);
    }
    if (--this.#patience < 0) this.#look();
  }

  delete(key: K): void {
    const at = this.#cellOf(key);
    if (at >= this.width) this.others.delete(key);
    else if (this.window[at] !== 0) {
      this.window[at] = 0;
      this.#inWindow--;
    }
  }

  /** The cell of a key, modulo 2^32, which tells any two whole numbers apart; beyond the window when it has none. */
  #cellOf(key: unknown): number {
    return isWhole(key) ? (key - this.base) >>> 0 : 2 ** 32 - 1;
  }

  /** Makes a new window if all whole numbers lie close. Stops at the first that does not. */
  #look(): void {
    const { window, base, size } = this;
    this.#patience = 2 * size + FIRST_LOOK;
    const widest = widestFor(size);
    // The part of the window that holds slots.
    let first = 0;
    let last = this.#inWindow === 0 ? 0 : this.width;
    while (first < last && window[first] === 0) first++;
    while (last > first && window[last - 1] === 0) last--;
    // The base may have wrapped around at the least of the numbers.
    const origin = base + first < 2 ** 31 ? base : base - 2 ** 32;
    let low = last > first ? origin + first : Infinity;
    let high = last > first ? origin + last - 1 : -Infinity;
    for (const key of this.others.keys()) {
      if (!isWhole(key)) continue;
      if (key < low) low = key;
      if (key > high) high = key;
      if (high - low >= widest) break;
    }
    const span = high - low + 1;
    if (low > high || span > widest) {
      // An empty window is given back.
      if (this.#inWindow === 0) this.#replace(NO_WINDOW, 0, this.others, 0);
      return;
    }
    // Free cells at either end, for the keys that come next.
    const margin = (span + 64 < widest - span ? span + 64 : widest - span) >> 1;
    const wider = new Uint32Array(span + 2 * margin);
    const start = (low - margin) | 0;
    const rest = new Map<K, number>();
    wider.set(window.subarray(first, last), last > first ? (base + first - start) >>> 0 : 0);
    for (const [key, slot] of this.others) {
      if (isWhole(key)) wider[(key - start) >>> 0] = slot;
      else rest.set(key, slot);
    }
    this.#replace(wider, start, rest, size - rest.size);
    this.#patience = (span >> 3) + FIRST_LOOK;
  }

  /** Only assigns: an overflow of the stack before it leaves the index as it was. */
  #replace(window: typeof NO_WINDOW, base: number, others: Map<K, number>, inWindow: number): void {
    this.window = window;
    this.width = window.length;
    this.base = base;
    this.others = others;
    this.#inWindow = inWindow;
  }
}

const NO_WINDOW = /* @__PURE__ */ new Uint32Array(0);

/** How many new keys come before the first look. */
const FIRST_LOOK = 8;

/** Whether a key is a whole number of 32 bits. A Map takes -0 for 0, and so does this. */
function isWhole(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) === key;
}

/**
 * How many cells a window may have for so many keys. A cell takes 4 bytes, an entry of a Map about 30; up to 4,096 keys a
 * window may take three times as much, which is a constant at most.
 */
function widestFor(keys: number): number {
  return 64 + 8 * keys + 16 * min(keys, 4096);
}
