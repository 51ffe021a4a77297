import { RecursionError } from '../errors.js';

/** One load in flight: a run of whatever gives a key's value. */
export interface Load<K> {
  readonly key: K;
  readonly depth: number;
  /** What its callers wait for, once the run has given one. */
  promise: Promise<unknown> | undefined;
}

/** What finds the load of a key, as a Map does. */
export interface LoadIndex<K, L> {
  readonly size: number;
  get(key: K): L | undefined;
  set(key: K, load: L): unknown;
  delete(key: K): boolean;
  clear(): void;
}

/** The loads in flight of one cache, at most one a key. To fence one is to forget it: it ends stored nowhere. */
export class Loads<K, L extends Load<K> = Load<K>> {
  readonly #running: LoadIndex<K, L>;

  /**
   * How many runs are on the stack. Who begins one adds 1, and sets back what it was in a `finally`. A load without a
   * promise that began deeper than this is dead: the stack overflowed before anybody could end it.
   */
  depth = 0;

  constructor(index: LoadIndex<K, L>) {
    this.#running = index;
  }

  /** Whether nothing is in flight, nor on the stack. */
  get isIdle(): boolean {
    return this.depth === 0 && this.#running.size === 0;
  }

  /** A key's load that has a promise, if there is one to join. @throws RecursionError when the run has given none yet. */
  join(key: K, named: { readonly name: string }): L | undefined {
    const load = this.get(key);
    if (load === undefined || load.promise !== undefined) return load;
    throw new RecursionError(`${named.name} called itself with the same arguments before it had returned`);
  }

  /** A key's load, unless that is dead. */
  get(key: K): L | undefined {
    const load = this.#running.get(key);
    return load !== undefined && (load.promise !== undefined || load.depth <= this.depth) ? load : undefined;
  }

  /** Starts a load, in place of any other of the key, which is fenced. */
  begin(load: L): void {
    this.#running.set(load.key, load);
  }

  /** Ends a load. Tells whether it may store: a fenced one may not. */
  end(load: L): boolean {
    return this.#running.get(load.key) === load && this.#running.delete(load.key);
  }

  /** Tells whether there was a load to fence. */
  fence(key: K): boolean {
    const had = this.get(key) !== undefined;
    this.#running.delete(key);
    return had;
  }

  fenceAll(): void {
    this.#running.clear();
  }
}
