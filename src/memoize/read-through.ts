import type { Key } from '../key/key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { callAll } from '../lru/call-all.js';
import { type Load, Loads } from '../lru/loads.js';
import type { EvictionCause } from '../lru/options.js';
import { type CacheStats, Counters, snapshot } from './counters.js';
import type { Definition } from './definition.js';
import { isPromise, nativePromise, refuseOneShot } from './result.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends BoundedMap<Key, unknown> {
  readonly #definition: Definition;
  readonly #counters = new Counters();
  readonly #loads = new Loads<Key>();
  #epoch: number;

  constructor(definition: Definition) {
    const { capacity, clock, on } = definition.options;
    const { evict } = on;
    super({ capacity, clock, onEvict: evict && ((key, value, cause) => evict({ key, value, cause })) });
    this.#definition = definition;
    this.#epoch = definition.epoch;
  }

  /** The cache as it is now, emptied first when the definition was cleared since. To be gone through before each use. */
  get current(): this {
    if (this.#epoch !== this.#definition.epoch) {
      this.#epoch = this.#definition.epoch;
      this.clear();
    }
    return this;
  }

  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(receiver: unknown, args: readonly unknown[]): unknown {
    const definition = this.#definition;
    const key = definition.keyOf(receiver, args);
    const slot = this.current.find(key);
    let value: unknown;
    if (slot !== 0) {
      value = this.valueAt(slot);
    } else {
      value = this.#loads.join(key, () => definition.name);
      if (value === undefined) return this.#load(key, receiver, args);
      this.#count('coalesced');
    }
    this.#count('hits');
    const { hit } = definition.options.on;
    if (slot === 0 || hit !== undefined) {
      callAll([() => hit?.({ key, args: args as unknown[], value }), () => this.announce()]);
    }
    return value;
  }

  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(key: Key, args: readonly unknown[], value: unknown): void {
    const definition = this.#definition;
    if (isPromise(value)) {
      this.drop(key, 'replaced');
      this.#await(this.#loads.begin(key), args, value, false).then(
        () => this.announce(),
        // It reaches whoever calls meanwhile; otherwise it is the business of whoever made the promise.
        () => {},
      );
      this.announce();
    } else {
      refuseOneShot(value, definition);
      this.write(key, definition.promises ? Promise.resolve(value) : value, this.#ttlOf(value, args));
      this.#loads.fence(key);
      this.announce();
    }
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  override delete(key: Key): boolean {
    const wasLoading = this.#loads.fence(key);
    return super.delete(key) || wasLoading;
  }

  /** Forgets everything, and fences every load. */
  override clear(): void {
    this.#loads.fenceAll();
    super.clear();
  }

  isLoading(key: Key): boolean {
    return this.#loads.has(key);
  }

  stats(): CacheStats {
    const { size, capacity } = this;
    return { ...snapshot(this.#counters), size, capacity };
  }

  protected override left(key: Key, value: unknown, cause: EvictionCause): void {
    this.#counters.evictions[cause]++;
    this.#definition.totals.evictions[cause]++;
    super.left(key, value, cause);
  }

  #load(key: Key, receiver: unknown, args: readonly unknown[]): unknown {
    const definition = this.#definition;
    const loads = this.#loads;
    const { depth } = loads;
    let load: Load<Key> | undefined;
    let value: unknown;
    let returned = false;
    loads.depth = depth + 1;
    try {
      load = loads.begin(key);
      this.#count('misses');
      value = definition.method.apply(receiver, args as unknown[]);
      returned = true;
      if (isPromise(value)) {
        definition.promises = true;
        const stored = this.#await(load, args, value, true);
        // What an evict listener throws is for this caller, and must not spoil the promise that others are given.
        value = definition.options.on.evict === undefined ? stored : stored.then((result) => this.#announced(result));
      } else {
        this.#count('loads');
        this.#settle(load, args, value, value);
      }
    } catch (error) {
      if (load !== undefined) loads.end(load);
      if (!returned) this.#count('loadErrors');
      callAll([
        () => this.announce(),
        () => {
          throw error;
        },
      ]);
    } finally {
      // No call, as there may be no room for one on the stack.
      loads.depth = depth;
    }
    const { miss } = definition.options.on;
    callAll([() => miss?.({ key, args: args as unknown[], value }), () => this.announce()]);
    return value;
  }

  /** What the callers of a load wait for: its result, after that has been stored. */
  #await(load: Load<Key>, args: readonly unknown[], source: PromiseLike<unknown>, called: boolean): Promise<unknown> {
    const promise = nativePromise(source).then(
      (result) => {
        if (called) this.#count('loads');
        this.#settle(load, args, result, promise, called);
        return result;
      },
      (error) => {
        if (called) this.#count('loadErrors');
        this.#loads.end(load);
        throw error;
      },
    );
    load.promise = promise;
    return promise;
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  #settle(load: Load<Key>, args: readonly unknown[], result: unknown, value: unknown, called = true): void {
    const when = called ? this.#definition.options.when : undefined;
    let ends = false;
    try {
      refuseOneShot(result, this.#definition);
      const wanted = when === undefined || when(result, ...args);
      const ttl = wanted ? this.#ttlOf(result, args) : 0;
      ends = true;
      if (this.current.#loads.end(load) && wanted) this.write(load.key, value, ttl);
    } finally {
      if (!ends) this.#loads.end(load);
    }
  }

  #announced(result: unknown): unknown {
    this.announce();
    return result;
  }

  #ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.#definition.options;
    return typeof ttl === 'function' ? ttl(result, ...args) : ttl;
  }

  #count(counter: 'hits' | 'misses' | 'coalesced' | 'loads' | 'loadErrors'): void {
    this.#counters[counter]++;
    this.#definition.totals[counter]++;
  }
}
