import { abs, sameValue } from '../platform.js';
import { monotonic, refresh } from '../time/clock.js';
import { requireNumber } from '../validate.js';
import { type EvictionCause, type EvictionListener, requireCapacity } from './options.js';
import type { RecencyList } from './recency-list.js';
import type { Index } from './slot-index.js';
import { Slots } from './slots.js';

/** A bounded map: it holds at most `capacity` entries, each until it dies, and evicts the least recently used first. */
export class BoundedMap<K, V, I extends Index<K> = Index<K>> {
  protected index!: I;
  readonly #makeIndex: () => I;
  #slots!: Slots<K, V>;
  // The parts of the slots that each hit reads.
  #recency!: RecencyList;
  #values!: readonly unknown[];
  #expiries!: readonly number[];
  #capacity: number;
  readonly #now: () => number;
  /** Whether the capacity is a sum of weights; else each entry weighs 1. */
  readonly #isWeighed: boolean;
  readonly #onEvicted: EvictionListener<K, V> | undefined;
  #removals = 0;
  constructor(
    makeIndex: () => I,
    onEvicted: EvictionListener<K, V> | undefined,
    capacity = 128,
    now: () => number = monotonic,
    isWeighed = false,
  ) {
    this.#makeIndex = makeIndex;
    this.#onEvicted = onEvicted;
    this.#capacity = capacity;
    this.#now = now;
    this.#isWeighed = isWeighed;
    this.#reset();
  }

  get capacity(): number {
    return this.#capacity;
  }
  get size(): number {
    this.#sweep(this.#time(), Infinity);
    return this.index.size;
  }

  /** The value of a key, its recency untouched; `undefined` when there is none. */
  peek(key: K): V | undefined {
    return this.valueAt(this.alive(key));
  }

  /** Milliseconds until a key's entry dies, `Infinity` when it never does, `undefined` when there is none. */
  expiresIn(key: K): number | undefined {
    const slot = this.#locate(key);
    const left = slot > 0 ? this.#expiryAt(slot) - this.#time() : 0;
    return left > 0 ? left : undefined;
  }

  /** Changes the capacity, evicting the least recent entries that no longer fit. */
  setCapacity(capacity: number): void {
    requireCapacity(capacity, this.#isWeighed);
    const now = this.#time();
    this.#capacity = capacity;
    this.#makeRoom(0, now);
  }

  /** The keys, least recent first, some of which may be dead; no more than `most` of them. O(n). */
  order(most?: number): K[] {
    return this.#recency.slots(most).map((slot) => this.#slots.keyAt(slot));
  }

  /** The live slot of a key, its recency untouched, or 0; `valueAt` gives its value, of 0 undefined. */
  alive(key: K): number {
    const slot = this.#locate(key);
    return slot > 0 ? slot : 0;
  }

  /** The live slot of a key, made the most recent, or 0; `valueAt` gives its value, of 0 undefined. Removes a dead one. */
  find(key: K): number {
    const slot = this.index.get(key);
    const used = slot === 0 ? this.#missed(0) : this.use(slot);
    return used < 0 ? this.find(key) : used;
  }

  /** As `find`, of a key whose slot the caller has just looked up; negative when the caller must look it up again. */
  use(slot: number): number {
    const expiry = this.#expiryAt(slot);
    if (expiry !== Infinity) {
      const removals = this.#removals;
      const now = this.#now();
      // A clock is the user's code, and may use the map.
      if (removals !== this.#removals) return -1;
      if (now >= expiry) return this.#missed(slot);
    }
    this.#recency.touch(slot);
    return slot;
  }

  valueAt(slot: number): V | undefined {
    return this.#values[slot] as V | undefined;
  }

  /** Adds an entry under a key that has none. One that dies at a time needs room. */
  add(key: K, value: V, expiry = Infinity): void {
    if (expiry < Infinity) this.#slots.setExpiry(this.#take(key, value), expiry);
    else if (!this.#isSimple()) this.write(key, value, Infinity);
    else if (this.#slots.weight < this.#capacity) this.#take(key, value);
    else {
      const { oldest } = this.#recency;
      this.#removals++;
      this.#tell(oldest, 'capacity');
      this.#slots.recycle(oldest, key, value);
    }
  }

  /** Writes an entry and makes it the most recent, evicting what no longer fits. Only a map that weighs takes a weight. */
  write(key: K, value: V, ttl: number, given?: number): void {
    if (ttl === Infinity && this.#isSimple()) {
      const slot = this.index.get(key);
      if (slot === 0) this.add(key, value);
      else this.#replace(slot, value, 0);
      return;
    }
    const weighed = this.#isWeighed ? given! : 1;
    requireNumber('weigh', weighed, 0, Number.MAX_VALUE);
    requireNumber('ttl', ttl, 0);
    const now = this.#time(ttl);
    // An entry that cannot stay evicts no other, and does not enter a sum in which the others could be lost.
    const stays = ttl > 0 && weighed <= this.#capacity;
    const weight = stays || !this.#isWeighed ? weighed : 0;
    let slot = this.index.get(key);
    if (slot === 0) {
      if (stays) this.#makeRoom(weight, now);
      slot = this.#take(key, value, weight);
    } else {
      this.#replace(slot, value, now);
      this.#slots.reweigh(slot, weight);
    }
    this.#slots.setExpiry(slot, now + ttl);
    if (!stays) this.#remove(slot, ttl > 0 ? 'capacity' : 'expired');
    this.#makeRoom(0, now);
    this.#sweep(now, 2);
  }

  /** Lets the entry of a key, unless the clock removes it, live for a ttl from now on, its recency untouched. */
  setTtl(key: K, ttl: number): void {
    const expiry = this.#time(ttl) + ttl;
    const slot = this.alive(key);
    if (slot > 0) this.#slots.setExpiry(slot, expiry);
  }

  /** Removes a key. Tells whether there was an entry. */
  remove(key: K, cause: EvictionCause): boolean {
    const slot = this.#locate(key);
    if (slot !== 0) this.#remove(abs(slot), slot > 0 ? cause : 'expired');
    return slot > 0;
  }

  /** Removes every entry. O(n). */
  removeAll(): void {
    for (const slot of this.#recency.slots()) this.#tell(slot, 'cleared');
    this.#reset();
  }

  #reset(): void {
    this.#removals++;
    this.index = this.#makeIndex();
    this.#slots = new Slots(this.index, this.#capacity, this.#isWeighed);
    this.#recency = this.#slots.recency;
    this.#values = this.#slots.values;
    this.#expiries = this.#slots.expiries;
  }

  /** Whether no entry can die or is weighed. */
  #isSimple(): boolean {
    return !this.#isWeighed && this.#expiries.length === 0;
  }

  /** Gives a slot a new value, and makes it the most recent. The old one leaves, unless it is the same and alive. */
  #replace(slot: number, value: V, now: number): void {
    if (this.#onEvicted !== undefined) {
      if (now >= this.#expiryAt(slot)) this.#tell(slot, 'expired');
      else if (!sameValue(this.valueAt(slot), value)) this.#tell(slot, 'replaced');
    }
    this.#recency.touch(slot);
    this.#slots.values[slot] = value;
  }

  /** When the entry in a slot dies, `Infinity` when it never does. */
  #expiryAt(slot: number): number {
    const expiries = this.#expiries;
    return slot < expiries.length ? expiries[slot]! : Infinity;
  }

  #take(key: K, value: V, weight = 1): number {
    const slot = this.#slots.take(key, value, weight);
    this.#values = this.#slots.values;
    return slot;
  }

  /** After a miss the caller lets time pass, to make the value. A dead entry is removed. */
  #missed(slot: number): 0 {
    refresh();
    if (slot !== 0) this.#remove(slot, 'expired');
    return 0;
  }

  /** The slot of a key, negative when it is dead, or 0. */
  #locate(key: K): number {
    const slot = this.index.get(key);
    const expiry = this.#expiryAt(slot);
    if (expiry === Infinity) return slot;
    const removals = this.#removals;
    const now = this.#now();
    if (removals !== this.#removals) return this.#locate(key);
    return now < expiry ? slot : -slot;
  }

  /** The time, if an entry can die or, with this ttl, will be able to. A new entry is given its whole ttl. */
  #time(ttl = Infinity): number {
    if (ttl < Infinity) refresh();
    else if (this.#slots.soonest === Infinity) return 0;
    return this.#now();
  }

  /** Evicts the least recent until so much weight fits in, but the dead before the living as far as they are known. */
  #makeRoom(weight: number, now: number): void {
    if (this.#slots.weight + weight <= this.#capacity) return;
    this.#sweep(now, 16);
    while (this.#slots.weight + weight > this.#capacity) {
      const { oldest } = this.#recency;
      this.#remove(oldest, now >= this.#expiryAt(oldest) ? 'expired' : 'capacity');
    }
  }

  /** Removes the dead, if it is time to look for them. */
  #sweep(now: number, slotsPerWrite: number): void {
    for (const slot of this.#slots.dead(now, slotsPerWrite)) this.#remove(slot, 'expired');
  }

  #remove(slot: number, cause: EvictionCause): void {
    this.#removals++;
    this.#tell(slot, cause);
    this.#slots.release(slot);
  }

  #tell(slot: number, cause: EvictionCause): void {
    this.#onEvicted?.(this.#slots.keyAt(slot), this.valueAt(slot) as V, cause);
  }
}
