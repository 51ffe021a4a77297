import type { RecursionError } from '../errors.js';
import { CallIndex } from '../key/call-index.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { type LoadIndex, recursionOf, SingleFlight } from '../lru/single-flight.js';
import { CallLoad } from './call-load.js';

/** The loads in flight of one cache, by their call keys. */
export class LoadsInFlight extends SingleFlight<CallKey, CallLoad> {
  readonly #loads: LoadsByKey;

  constructor() {
    const loads = new LoadsByKey();
    super(loads);
    this.#loads = loads;
  }

  /** Takes out the loads that the stack was too full to take out. O(loads). */
  dropDead(): void {
    for (const load of [...this.#loads.values()]) if (load.isDead) this.end(load);
  }
}

/**
 * An index of loads. Most of the time a cache has one load in flight, which is kept apart: the engine would rebuild a Map
 * that is filled and emptied at each miss again and again.
 */
class LoadsByKey implements LoadIndex<CallKey, CallLoad> {
  #one: CallLoad = NO_LOAD;
  readonly #others = new CallIndex<CallLoad>();

  get size(): number {
    return this.#others.size + (this.#one === NO_LOAD ? 0 : 1);
  }

  get(key: CallKey): CallLoad | undefined {
    return this.#isOne(key) ? this.#one : this.#others.get(key);
  }

  set(key: CallKey, load: CallLoad): void {
    if (this.size === 0 || this.#isOne(key)) this.#one = load;
    else this.#others.set(key, load);
  }

  delete(key: CallKey): boolean {
    if (!this.#isOne(key)) return this.#others.delete(key);
    this.#one = NO_LOAD;
    return true;
  }

  clear(): void {
    this.#one = NO_LOAD;
    this.#others.clear();
  }

  *values(): Generator<CallLoad, undefined, undefined> {
    if (this.#one !== NO_LOAD) yield this.#one;
    yield* this.#others.values();
  }

  #isOne(key: CallKey): boolean {
    return this.#one !== NO_LOAD && isSameKey(this.#one.key, key);
  }
}

/**
 * Stands for no load. It also keeps a load alive for ever: a garbage collection that finds none alive drops their hidden
 * class, and with it all machine code that was optimized for it.
 */
const NO_LOAD: CallLoad = /* @__PURE__ */ new CallLoad(undefined, 0.5);

/** The part of a cache's state that is about its loads. */
export interface LoadState {
  readonly definition: { readonly name: string };
  /** Borrowed while there are any, as most caches have no load in flight most of the time. */
  loads: LoadsInFlight | undefined;
  /**
   * The key of the load that runs alone, which needs no place among the loads in flight; `FENCED` when it was fenced,
   * `IDLE` when there is none. The load itself assigns it, as the stack may be too full for a call.
   */
  running: CallKey;
}

/** Nothing runs alone. */
export const IDLE: unique symbol = /* @__PURE__ */ Symbol('idle');
/** The load that runs alone was fenced. */
export const FENCED: unique symbol = /* @__PURE__ */ Symbol('fenced');

/** Whether nothing runs in a cache and nothing is in flight. */
export function isIdle({ running, loads }: LoadState): boolean {
  return running === IDLE && loads === undefined;
}

/** Whether a call of the key would join a load. */
export function isLoading(cache: LoadState, key: CallKey): boolean {
  return isSameKey(cache.running, key) || cache.loads?.get(key) !== undefined;
}

/** The error of a load that needs its own result. */
export function selfCallOf({ definition }: LoadState): RecursionError {
  return recursionOf(definition);
}

/** A key's load that callers may join. @throws RecursionError when the load has given no promise yet. */
export function joinLoad(cache: LoadState, key: CallKey): CallLoad | undefined {
  if (cache.running !== IDLE && isSameKey(cache.running, key)) throw selfCallOf(cache);
  return cache.loads?.join(key, cache.definition);
}

/** Begins a load, in place of any other of the key, which is fenced. */
export function beginLoad(cache: LoadState, load: CallLoad): void {
  let { loads } = cache;
  if (loads === undefined) {
    loads = spare ?? new LoadsInFlight();
    spare = undefined;
    cache.loads = loads;
  }
  loads.begin(load);
}

/** Ends a load. Tells whether it may store: a fenced one may not. */
export function endLoad(cache: LoadState, load: CallLoad): boolean {
  if (load.decisions !== undefined) load.decisions.isTooLate = true;
  const ended = cache.loads?.end(load) === true;
  returnLoads(cache);
  return ended;
}

/** Fences the load of a key: its callers still get the value, but it is not stored. Tells whether there was one. */
export function fenceLoad(cache: LoadState, key: CallKey): boolean {
  if (cache.running !== IDLE && isSameKey(cache.running, key)) {
    cache.running = FENCED;
    return true;
  }
  const fenced = cache.loads?.fence(key) === true;
  returnLoads(cache);
  return fenced;
}

export function fenceLoads(cache: LoadState): void {
  if (cache.running !== IDLE) cache.running = FENCED;
  cache.loads?.fenceAll();
  returnLoads(cache);
}

/** Drops the loads that the stack was too full to end. To be called when nothing runs in the cache. */
export function dropDeadLoads(cache: LoadState): void {
  cache.loads?.dropDead();
  returnLoads(cache);
}

/** Takes back the loads of a cache that has none. */
function returnLoads(cache: LoadState): void {
  if (cache.loads === undefined || cache.loads.size > 0) return;
  spare = cache.loads;
  cache.loads = undefined;
}

let spare: LoadsInFlight | undefined;
