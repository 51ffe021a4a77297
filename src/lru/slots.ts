import { min } from '../platform.js';
import { RecencyList } from './recency-list.js';
import type { Index } from './slot-index.js';

/** The slots of a bounded map: each holds a key, its value, its weight and its expiry, and has a place in the order of recency. */
export class Slots<K, V> {
  readonly recency: RecencyList;
  /** The value of each slot. Slot 0 stays empty: reading it is how a miss becomes undefined. */
  values: unknown[] = [undefined];
  /** When the entry in each slot dies; empty until an entry can die. */
  readonly expiries: number[] = [];
  /** No entry dies before this time. It may be too early, since releasing a slot does not look for the next. */
  soonest = Infinity;
  /** The sum of all weights. */
  weight = 0;
  /** Writes since the dead were looked for, during which an entry may have been dead. */
  #unswept = 0;
  readonly #index: Index<K>;
  readonly #capacity: number;
  #keys: unknown[] = [undefined];
  /** The weight of each slot, when entries are weighed; else each weighs 1. */
  readonly #weights: number[] | undefined;

  /** @param capacity How many slots will be taken at once, as far as is known. */
  constructor(index: Index<K>, capacity: number, isWeighed: boolean) {
    this.#index = index;
    this.#capacity = capacity;
    this.recency = new RecencyList(capacity);
    this.#weights = isWeighed ? [0] : undefined;
  }

  keyAt(slot: number): K {
    return asInMap(this.#keys[slot] as K);
  }

  setExpiry(slot: number, expiry: number): void {
    const { expiries } = this;
    if (expiry < this.soonest) this.soonest = expiry;
    else if (expiries.length === 0) return;
    // Slots that were taken before may never have had one.
    while (expiries.length <= slot) expiries.push(Infinity);
    expiries[slot] = expiry;
  }

  /** The dead, which are looked for in all slots, but only after so many writes that each has paid for a few of these. */
  dead(now: number, slotsPerWrite: number): number[] {
    if (now < this.soonest || ++this.#unswept * slotsPerWrite < this.#index.size) return [];
    const slots = this.recency.slots();
    const isDead = (slot: number) => slot < this.expiries.length && now >= this.expiries[slot]!;
    this.#unswept = 0;
    this.soonest = Infinity;
    for (const slot of slots) {
      if (slot < this.expiries.length && !isDead(slot)) this.soonest = min(this.soonest, this.expiries[slot]!);
    }
    return slots.filter(isDead);
  }

  /** Gives a slot another weight. */
  reweigh(slot: number, weight: number): void {
    if (this.#weights === undefined) return;
    this.weight += weight - this.#weights[slot]!;
    this.#weights[slot] = weight;
  }

  /** Takes a slot for a key that has none, and makes it the most recent. */
  take(key: K, value: V, weight: number): number {
    const slot = this.recency.take();
    const { weight: others } = this;
    if (this.#weights !== undefined) this.#weights[slot] = weight;
    this.weight += weight;
    try {
      this.#assign(slot, key, value);
    } catch (error) {
      this.recency.release(slot);
      this.weight = others;
      throw error;
    }
    if (slot === this.#capacity && slot > SMALL) {
      // Arrays that have stopped growing need no reserve.
      this.#keys = this.#keys.slice();
      this.values = this.values.slice();
    }
    return slot;
  }

  /** Gives a slot to another key, which has none, and makes it the most recent. */
  recycle(slot: number, key: K, value: V): void {
    this.recency.touch(slot);
    this.#index.delete(this.#keys[slot] as K, slot);
    try {
      this.#assign(slot, key, value);
    } catch (error) {
      this.recency.release(slot);
      this.weight--;
      this.#keys[slot] = this.values[slot] = undefined;
      throw error;
    }
  }

  /** Gives a slot back. */
  release(slot: number): void {
    this.#index.delete(this.#keys[slot] as K, slot);
    this.recency.release(slot);
    // Nothing weighs nothing, however sums of fractions were rounded.
    this.weight = this.#index.size && this.weight - (this.#weights === undefined ? 1 : this.#weights[slot]!);
    this.#keys[slot] = this.values[slot] = undefined;
  }

  /**
   * Puts an entry into a taken slot. Throws where the index is full, or the stack is. The caller releases the slot then,
   * which takes no more of the stack than to take it did; a call of the index would.
   */
  #assign(slot: number, key: K, value: V): void {
    this.#index.set(key, slot);
    this.#keys[slot] = key;
    this.values[slot] = value;
  }
}

/** So few slots that what their arrays hold in reserve costs less than other arrays. */
const SMALL = 1024;

/** A key as others see it: a Map takes -0 for 0, and so does a bounded map. */
export function asInMap<K>(key: K): K {
  return (key === 0 ? 0 : key) as K;
}
