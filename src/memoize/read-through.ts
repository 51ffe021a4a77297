import type { Key } from '../key/key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { callAll } from '../lru/call-all.js';
import type { EvictionCause } from '../lru/options.js';
import { type CacheStats, Counters, snapshot } from './counters.js';
import type { Definition } from './definition.js';
import { isPromise, type Load, Loads, refuseOneShot } from './load.js';
import type { CacheEvent } from './options.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough {
  readonly #definition: Definition;
  readonly #counters = new Counters();
  readonly #loads = new Loads();
  readonly #entries: BoundedMap<Key, unknown>;
  #epoch: number;
  /** Evictions that are to be told after the miss that caused them. */
  #held: CacheEvent[] | undefined;

  constructor(definition: Definition) {
    const { capacity, ttl, clock } = definition.options;
    this.#definition = definition;
    this.#epoch = definition.epoch;
    this.#entries = new BoundedMap({
      capacity,
      ttl: typeof ttl === 'number' ? ttl : Infinity,
      clock,
      onEvict: (key, value, cause) => this.#evicted(key, value, cause),
    });
  }

  /** The entries as they are now, emptied first when the definition was cleared since. */
  get entries(): BoundedMap<Key, unknown> {
    if (this.#epoch !== this.#definition.epoch) {
      this.#epoch = this.#definition.epoch;
      this.clear();
    }
    return this.#entries;
  }

  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(receiver: unknown, args: readonly unknown[]): unknown {
    const definition = this.#definition;
    const key = definition.keyOf(receiver, args);
    const { entries } = this;
    let value = entries.get(key);
    if (value === undefined && !entries.has(key)) {
      value = this.#loads.join(key, definition);
      if (value === undefined) return this.#load(key, receiver, args);
      this.#count('coalesced');
    }
    this.#count('hits');
    definition.options.on.hit?.({ key, args: args as unknown[], value });
    return value;
  }

  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and waited for meanwhile. */
  put(key: Key, args: readonly unknown[], value: unknown): void {
    const { entries } = this;
    if (isPromise(value)) {
      // A failure reaches whoever calls meanwhile; when nobody does, it is still the giver's to handle.
      this.#await(this.#loads.begin(key), args, value).catch(() => {});
    } else {
      refuseOneShot(value, this.#definition);
      const ttl = this.#ttlOf(value, args);
      this.#loads.fence(key);
      entries.set(key, value, ttl);
    }
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  delete(key: Key): boolean {
    const { entries } = this;
    const wasLoading = this.#loads.fence(key);
    return entries.delete(key) || wasLoading;
  }

  /** Forgets everything, and fences every load. */
  clear(): void {
    this.#loads.fenceAll();
    this.#entries.clear();
  }

  isLoading(key: Key): boolean {
    return this.#loads.has(key);
  }

  stats(): CacheStats {
    const { size, capacity } = this.entries;
    return { ...snapshot(this.#counters), size, capacity };
  }

  #load(key: Key, receiver: unknown, args: readonly unknown[]): unknown {
    const { method, options } = this.#definition;
    const { miss, evict } = options.on;
    const held: CacheEvent[] | undefined = miss && [];
    const load = this.#loads.begin(key);
    this.#count('misses');
    let value: unknown;
    let promised: boolean;
    try {
      value = method.apply(receiver, args as unknown[]);
      promised = isPromise(value);
    } catch (error) {
      this.#fail(load);
      throw error;
    }
    if (promised) {
      value = this.#await(load, args, value as PromiseLike<unknown>, true);
    } else {
      this.#count('loads');
      this.#settle(load, args, value, value, held);
    }
    if (held !== undefined) {
      callAll([() => miss!({ key, args: args as unknown[], value }), ...held.map((event) => () => evict?.(event))]);
    }
    return value;
  }

  /** What the callers of a load wait for: its result, after that has been stored. */
  #await(load: Load, args: readonly unknown[], source: PromiseLike<unknown>, counted = false): Promise<unknown> {
    const native = source instanceof Promise ? source : Promise.resolve(source);
    const promise = native.then(
      (result) => {
        if (counted) this.#count('loads');
        try {
          this.#settle(load, args, result, promise);
        } catch (error) {
          // A listener threw, and so this promise fails: it must not stay.
          if (this.#entries.peek(load.key) === promise) this.#entries.delete(load.key);
          throw error;
        }
        return result;
      },
      (error) => {
        if (counted) this.#fail(load);
        else this.#loads.end(load);
        throw error;
      },
    );
    load.promise = promise;
    return promise;
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  #settle(load: Load, args: readonly unknown[], result: unknown, value: unknown, held?: CacheEvent[]): void {
    const { when } = this.#definition.options;
    let wanted: boolean;
    let ttl: { ttl: number } | undefined;
    try {
      refuseOneShot(result, this.#definition);
      wanted = when === undefined || when(result, ...args);
      ttl = wanted ? this.#ttlOf(result, args) : undefined;
    } catch (error) {
      this.#loads.end(load);
      throw error;
    }
    const { entries } = this;
    if (!this.#loads.end(load) || !wanted) return;
    this.#held = held;
    try {
      entries.set(load.key, value, ttl);
    } finally {
      this.#held = undefined;
    }
  }

  #fail(load: Load): void {
    this.#count('loadErrors');
    this.#loads.end(load);
  }

  #ttlOf(result: unknown, args: readonly unknown[]): { ttl: number } | undefined {
    const { ttl } = this.#definition.options;
    return typeof ttl === 'function' ? { ttl: ttl(result, ...args) } : undefined;
  }

  #evicted(key: Key, value: unknown, cause: EvictionCause): void {
    this.#counters.evictions[cause]++;
    this.#definition.totals.evictions[cause]++;
    const event = { key, value, cause };
    if (this.#held !== undefined) this.#held.push(event);
    else this.#definition.options.on.evict?.(event);
  }

  #count(counter: 'hits' | 'misses' | 'coalesced' | 'loads' | 'loadErrors'): void {
    this.#counters[counter]++;
    this.#definition.totals[counter]++;
  }
}
