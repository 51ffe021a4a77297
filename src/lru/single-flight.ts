import { RecursionError } from '../errors.js';
import { ScrambledMap } from '../scrambled-map.js';
import { refresh } from '../time/clock.js';

/** One load in flight: an execution of whatever gives a key's value. */
export interface Load<K> {
  readonly key: K;
  /** The promise that callers wait for, once the load has given one. */
  promise: Promise<unknown> | undefined;
  /** Whether it has ended without a promise. Set by an assignment, as the stack may be too full for a call. */
  isDead: boolean;
}

/** Finds the load of a key, as a Map does. */
export interface LoadIndex<K, L> {
  readonly size: number;
  get(key: K): L | undefined;
  set(key: K, load: L): unknown;
  delete(key: K): boolean;
  clear(): void;
}

/**
 * Single flight: the loads in flight of one cache, at most one for each key. To fence a load is to forget it here: its
 * callers still get the value, but it is not stored.
 */
export class SingleFlight<K, L extends Load<K> = Load<K>> {
  readonly #loads: LoadIndex<K, L>;

  constructor(loads: LoadIndex<K, L> = new ScrambledMap()) {
    this.#loads = loads;
  }

  get size(): number {
    return this.#loads.size;
  }

  /** A key's load that has a promise, if there is one to join. @throws RecursionError when the load has given none yet. */
  join(key: K, named: { readonly name: string }): L | undefined {
    const load = this.get(key);
    if (load === undefined || load.promise !== undefined) return load;
    throw recursionOf(named);
  }

  /** A key's load. One that has ended is none: the stack overflowed before anything could take it out. */
  get(key: K): L | undefined {
    const load = this.#loads.get(key);
    return load?.isDead && load.promise === undefined ? undefined : load;
  }

  /** Adds a load, in place of any other of the key, which is fenced. */
  begin(load: L): void {
    this.#loads.set(load.key, load);
  }

  /** Begins a load and runs it. Its value is stored unless it was fenced. Returns the promise that callers may join. */
  run<V>(load: L, execute: () => V | PromiseLike<V>, store: (value: V) => void): Promise<V> {
    try {
      this.begin(load);
      const promise = new Promise<V>((resolve) => resolve(execute())).then(
        (value) => {
          refresh();
          if (this.end(load)) store(value);
          return value;
        },
        (error) => {
          this.end(load);
          throw error;
        },
      );
      load.promise = promise;
      return promise;
    } catch (error) {
      // The stack is full.
      load.isDead = true;
      throw error;
    }
  }

  /** Takes a load out. Tells whether it may store: a fenced one may not. */
  end(load: L): boolean {
    return this.#loads.get(load.key) === load && this.#loads.delete(load.key);
  }

  /** Fences the load of a key. Tells whether there was one. */
  fence(key: K): boolean {
    const had = this.get(key) !== undefined;
    this.#loads.delete(key);
    return had;
  }

  fenceAll(): void {
    this.#loads.clear();
  }
}

/** The error of a load that asks for its own result. */
export function recursionOf({ name }: { readonly name: string }): RecursionError {
  return new RecursionError(`${name} called itself with the same arguments before it had returned`);
}
