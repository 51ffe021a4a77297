import { monotonic, refresh } from '../time/clock.js';
import { grownLength } from './grown-length.js';
import { type EvictionCause, requireCapacity, requireNumber } from './options.js';
import { RecencyList } from './recency-list.js';

/** What finds the slot of a key, as a Map does. */
export interface Index<K> {
  readonly size: number;
  get(key: K): number | undefined;
  set(key: K, slot: number): unknown;
  has(key: K): boolean;
  delete(key: K): unknown;
  clear(): void;
}

/** Hears of each entry as it leaves, amid the operation: it must neither throw nor use the map. */
export type Hearer<K, V> = (key: K, value: V, cause: EvictionCause) => void;

/**
 * A bounded map: it holds at most `capacity` entries, each until it dies, and forgets the least recently
 * used first.
 */
export class BoundedMap<K, V> {
  readonly #index: Index<K>;
  #recency!: RecencyList;
  /** The key and the value of each slot. Slot 0 stays empty: reading it is how a miss becomes undefined. */
  #keys!: unknown[];
  #values!: unknown[];
  /** When each slot dies; kept once an entry can die. */
  #expiries: Float64Array | undefined;
  /** Nothing dies before this time. It may be too early, since removing an entry does not look for the next. */
  #soonest!: number;
  /** What each slot weighs, when entries are weighed. */
  #weights: number[] | undefined;
  #weight!: number;

  #capacity: number;
  readonly #now: () => number;
  readonly #weigh: ((value: V, key: K) => number) | undefined;

  /** Writes since the last sweep during which something may have been dead. */
  #unswept = 0;
  #removals = 0;
  /** Whether something was looked at that is not there, and so may be made before the next write, which takes time. */
  #isLookedFor = false;

  readonly #hear: Hearer<K, V> | undefined;

  /** Trusts its options, which whoever makes one has checked. */
  constructor(
    index: Index<K>,
    hear: Hearer<K, V> | undefined,
    capacity = 128,
    now: () => number = monotonic,
    weigh?: ((value: V, key: K) => number) | undefined,
  ) {
    this.#index = index;
    this.#hear = hear;
    this.#capacity = capacity;
    this.#now = now;
    this.#weigh = weigh;
    this.#reset();
  }

  /** How many entries, or which sum of weights, is kept. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many entries are alive. */
  get size(): number {
    this.#sweep(this.#time(), Infinity);
    return this.#index.size;
  }

  /** The value of a key, its recency untouched; `undefined` when there is none. */
  peek(key: K): V | undefined {
    return this.valueAt(this.alive(key));
  }

  /** Whether a key has an entry, its recency untouched. */
  has(key: K): boolean {
    if (this.#expiries !== undefined) return this.#locate(key) > 0;
    const isHeld = this.#index.has(key);
    if (!isHeld) this.#isLookedFor = true;
    return isHeld;
  }

  /** Milliseconds until a key's entry dies, `Infinity` when it never does, `undefined` when there is none. */
  expiresIn(key: K): number | undefined {
    const slot = this.alive(key);
    const left = this.#expiryOf(slot) - this.#time();
    // It may have died between the two readings.
    return slot === 0 || left <= 0 ? undefined : left;
  }

  /** Changes the capacity, evicting the least recent entries that no longer fit. */
  resize(capacity: number): void {
    requireCapacity(capacity, this.#weigh !== undefined);
    const now = this.#time();
    this.#capacity = capacity;
    this.#makeRoom(0, now);
  }

  /** The keys, least recent first, some of which may be dead. O(n). */
  order(): K[] {
    return this.#recency.slots().map((slot) => this.#keyAt(slot));
  }

  /** The live slot of a key, its recency untouched, or 0; `valueAt` gives its value, of 0 undefined. */
  alive(key: K): number {
    return Math.max(this.#locate(key), 0);
  }

  /** The live slot of a key, made the most recent, or 0; `valueAt` gives its value, of 0 undefined. Removes a dead one. */
  find(key: K): number {
    const slot = this.#index.get(key);
    if (slot !== undefined) {
      const used = this.use(slot);
      return used < 0 ? this.find(key) : used;
    }
    return this.#missed(0);
  }

  /** As `find`, of a key whose slot was looked up just now; negative when the key has to be looked up again. */
  use(slot: number): number {
    if (this.#expiries !== undefined && this.#expiries[slot] !== Infinity) {
      const removals = this.#removals;
      const now = this.#now();
      // A clock is anybody's code, and may use the map.
      if (removals !== this.#removals) return -1;
      if (now >= this.#expiries[slot]!) return this.#missed(slot);
    }
    this.#recency.touch(slot);
    return slot;
  }

  /** Writes an entry that was written before, elsewhere, and dies when it would have there. There must be room. */
  restore(key: K, value: V, expiry: number): void {
    this.#limit(this.#insert(key, value), expiry);
  }

  valueAt(slot: number): V | undefined {
    return this.#values[slot] as V | undefined;
  }

  /** As `write`, where no entry can die, is weighed or is heard of. */
  writePlain(key: K, value: V): void {
    const slot = this.#index.get(key) ?? (this.#weight === this.#capacity ? this.#recycle(key) : 0);
    if (slot === 0) {
      this.#insert(key, value);
    } else {
      this.#recency.touch(slot);
      this.#values[slot] = value;
    }
  }

  /** Writes an entry and makes it the most recent, evicting what no longer fits. */
  write(key: K, value: V, ttl: number): void {
    if (this.#isLookedFor) {
      this.#isLookedFor = false;
      refresh();
    }
    if (this.#weigh !== undefined || typeof ttl !== 'number' || !(ttl > 0)) {
      this.#writeWeighed(key, value, ttl);
      return;
    }
    const now = this.#time(ttl);
    let slot = this.#index.get(key);
    if (slot === undefined) {
      if (this.#weight === this.#capacity) this.#makeRoom(1, now);
      slot = this.#insert(key, value);
    } else {
      this.#renew(slot, value, now);
    }
    this.#limit(slot, now + ttl);
    if (now >= this.#soonest) this.#sweep(now, 2);
  }

  /** As `write`, of an entry that is weighed, or may be dead at once. */
  #writeWeighed(key: K, value: V, ttl: number): void {
    const weighed = this.#weigh === undefined ? 1 : this.#weigh(value, key);
    requireNumber('weigh', weighed, 0, Number.MAX_VALUE);
    requireNumber('ttl', ttl, 0);
    const now = this.#time(ttl);
    // What cannot stay takes nothing else with it, nor so much as enters a sum in which the others could be lost.
    const stays = ttl > 0 && weighed <= this.#capacity;
    const weight = stays || this.#weights === undefined ? weighed : 0;
    let slot = this.#index.get(key);
    if (slot === undefined) {
      if (stays) this.#makeRoom(weight, now);
      slot = this.#insert(key, value, weight);
    } else {
      this.#renew(slot, value, now);
      if (this.#weights !== undefined) {
        this.#weight += weight - this.#weights[slot]!;
        this.#weights[slot] = weight;
      }
    }
    this.#limit(slot, now + ttl);
    if (!stays) this.#remove(slot, ttl > 0 ? 'capacity' : 'expired');
    this.#makeRoom(0, now);
    this.#sweep(now, 2);
  }

  /** Forgets a key. Tells whether there was an entry. */
  drop(key: K, cause: EvictionCause): boolean {
    const slot = this.#locate(key);
    if (slot > 0) this.#remove(slot, cause);
    else if (slot < 0) this.#remove(-slot, 'expired');
    return slot > 0;
  }

  /** Forgets everything. O(n). */
  empty(): void {
    for (const slot of this.#recency.slots()) this.#left(slot, 'cleared');
    this.#reset();
  }

  #reset(): void {
    this.#removals++;
    this.#index.clear();
    this.#recency = new RecencyList(this.#capacity);
    this.#keys = [undefined];
    this.#values = [undefined];
    this.#expiries = undefined;
    this.#soonest = Infinity;
    this.#weights = this.#weigh && [0];
    this.#weight = 0;
  }

  /** A new slot for an entry, the most recent. */
  #insert(key: K, value: V, weight = 1): number {
    const slot = this.#recency.take();
    if (slot === this.#keys.length) {
      this.#keys.push(key);
      this.#values.push(value);
      if (slot === this.#capacity && slot > SMALL) {
        // What arrays that have stopped growing hold in reserve.
        this.#keys = this.#keys.slice();
        this.#values = this.#values.slice();
      }
    } else {
      this.#keys[slot] = key;
      this.#values[slot] = value;
    }
    if (this.#weights !== undefined) this.#weights[slot] = weight;
    this.#weight += weight;
    this.#point(key, slot);
    return slot;
  }

  /** The slot of the least recent entry, for a key that takes its place. Nobody hears of it. */
  #recycle(key: K): number {
    const slot = this.#recency.oldest;
    this.#index.delete(this.#keys[slot] as K);
    this.#keys[slot] = key;
    this.#point(key, slot);
    return slot;
  }

  /** Has the index know the slot of a key. Where it cannot, there is no such slot. */
  #point(key: K, slot: number): void {
    try {
      try {
        this.#index.set(key, slot);
      } catch (error) {
        // A Map has room for 2^24 entries, those deleted included, which it only drops when they are at least half.
        if (this.#index.size < 2 ** 23) throw error;
        const slots = this.#recency.slots();
        this.#index.clear();
        for (const each of slots) this.#index.set(this.#keys[each] as K, each);
      }
    } catch (error) {
      this.#remove(slot);
      throw error;
    }
  }

  /** Makes a slot the most recent, with a new value: the old one leaves, unless it is the same and alive. */
  #renew(slot: number, value: V, now: number): void {
    if (this.#hear !== undefined) {
      if (this.#isDead(slot, now)) this.#left(slot, 'expired');
      else if (!Object.is(this.#values[slot], value)) this.#left(slot, 'replaced');
    }
    this.#recency.touch(slot);
    this.#values[slot] = value;
  }

  /** The key as others see it: a Map stores -0 as 0, and so do we. */
  #keyAt(slot: number): K {
    const key = this.#keys[slot];
    return (key === 0 ? 0 : key) as K;
  }

  #expiryOf(slot: number): number {
    return this.#expiries === undefined ? Infinity : this.#expiries[slot]!;
  }

  #limit(slot: number, expiry: number): void {
    if (expiry < this.#soonest) this.#soonest = expiry;
    if (this.#expiries === undefined && expiry === Infinity) return;
    if (slot >= (this.#expiries?.length ?? 0)) this.#growExpiries();
    this.#expiries![slot] = expiry;
  }

  /** Makes room for the expiries of all slots that there are, as others may never have had one. */
  #growExpiries(): void {
    let length = this.#expiries?.length ?? 1;
    while (length < this.#keys.length) length = grownLength(length, Math.floor(this.#capacity) + 2);
    const grown = new Float64Array(length).fill(Infinity);
    grown.set(this.#expiries ?? []);
    this.#expiries = grown;
  }

  /** Whoever finds nothing will let time pass, to make what was not there. What is dead in a slot is removed. */
  #missed(slot: number): 0 {
    refresh();
    if (slot !== 0) this.#remove(slot, 'expired');
    return 0;
  }

  /** The slot of a key, negative when it is dead, or 0. */
  #locate(key: K): number {
    const slot = this.#index.get(key);
    if (slot === undefined) {
      this.#isLookedFor = true;
      return 0;
    }
    if (this.#expiries === undefined || this.#expiries[slot] === Infinity) return slot;
    const removals = this.#removals;
    const now = this.#now();
    if (removals !== this.#removals) return this.#locate(key);
    if (now < this.#expiries[slot]!) return slot;
    this.#isLookedFor = true;
    return -slot;
  }

  #isDead(slot: number, now: number): boolean {
    return now >= this.#expiryOf(slot);
  }

  /** The time, if there is something that can die, or will be. */
  #time(ttl = Infinity): number {
    return ttl < Infinity || this.#soonest < Infinity ? this.#now() : 0;
  }

  /** Evicts the least recent until so much weight fits in, but the dead before the living as far as they are known. */
  #makeRoom(weight: number, now: number): void {
    if (this.#weight + weight <= this.#capacity) return;
    this.#sweep(now, 16);
    while (this.#weight + weight > this.#capacity) {
      const slot = this.#recency.oldest;
      this.#remove(slot, this.#isDead(slot, now) ? 'expired' : 'capacity');
    }
  }

  /** Removes the dead. They are looked for in all slots, but only after so many writes that each has paid for a few. */
  #sweep(now: number, slotsPerWrite: number): void {
    if (now < this.#soonest || ++this.#unswept * slotsPerWrite < this.#index.size) return;
    this.#soonest = Infinity;
    this.#unswept = 0;
    for (const slot of this.#recency.slots()) {
      if (this.#isDead(slot, now)) this.#remove(slot, 'expired');
      else this.#soonest = Math.min(this.#soonest, this.#expiryOf(slot));
    }
  }

  /** Without a cause nobody hears of it. */
  #remove(slot: number, cause?: EvictionCause): void {
    this.#removals++;
    if (cause !== undefined) this.#left(slot, cause);
    this.#index.delete(this.#keys[slot] as K);
    this.#recency.release(slot);
    if (this.#weights === undefined) this.#weight--;
    // An empty cache weighs nothing, however sums of fractions were rounded.
    else this.#weight = this.#index.size && this.#weight - this.#weights[slot]!;
    this.#keys[slot] = this.#values[slot] = undefined;
  }

  #left(slot: number, cause: EvictionCause): void {
    if (this.#hear !== undefined) this.#hear(this.#keyAt(slot), this.#values[slot] as V, cause);
  }
}

/** So few slots that what their arrays hold in reserve is cheaper than other arrays. */
const SMALL = 1024;
