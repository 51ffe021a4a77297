import { resultOf } from '../cache/entries.js';
import { freshFor, type Outcome, outcomeOf, peek, resultsOf, statsOf, watch } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CacheStats } from '../definition/stats.js';
import { type CallKey, publicKeyOf } from '../key/call-key.js';
import { type Key, requireArguments } from '../key/key.js';
import type { Loader } from '../load/loader.js';
import { replace } from '../load/put.js';

/** How `explain` describes what a call would meet. */
export interface Explanation {
  readonly key: Key;
  /**
   * `hit`: an entry answers. `stale`: one past its ttl answers, as the options allow. `failed`: a failure that is
   * remembered answers. `loading`: a run in flight would be joined. `miss`: the method would be run.
   */
  readonly outcome: Outcome;
  /** Milliseconds until the entry dies, `Infinity` when it never does; only for `hit`. */
  readonly expiresIn?: number;
}

/** As `Awaited`, for who has a promise of a type parameter, and a value of that. */
type PromisedBy<R> = R extends PromiseLike<infer V> ? V : never;

/** A call cache: one function's entries for one receiver, by the function's own arguments. `cacheOf` hands it out. */
export class CallCache<Args extends readonly unknown[] = any[], R = any> {
  readonly #loader: Loader;
  readonly #receiver: unknown;
  readonly #cache: ReceiverCache;

  /** Not to be called: `cacheOf` does. @internal */
  constructor(loader: Loader, receiver: unknown, cache: ReceiverCache) {
    this.#loader = loader;
    this.#receiver = receiver;
    this.#cache = cache;
  }

  // Statics, as what is handed out has them as a type only: they are for the rules of mutators.

  /**
   * Watches a cache. Returns what tells whether nothing was deleted, cleared, put or invalidated by a tag since.
   * @internal
   */
  static watch(cache: CallCache): () => boolean {
    return watch(cache.#cache);
  }

  /** What deletes a call by the key that its arguments have now. @internal */
  static deletion(cache: CallCache, args: readonly unknown[]): () => boolean {
    const key = cache.#keyOf(args);
    return () => cache.#cache.delete(key);
  }

  /**
   * What puts the value that the source has now, by the key that the arguments have now; where it cannot be stored, no
   * older one is.
   * @internal
   */
  static replacement(cache: CallCache, args: readonly unknown[], value: unknown): () => void {
    const key = cache.#keyOf(args);
    return () => replace(cache.#cache, key, args, value);
  }

  /**
   * Whether a value can be put so that callers get it as the method would give it, as far as can be told: as a promise
   * or not.
   * @internal
   */
  static takes(cache: CallCache, isAwaited: boolean): boolean {
    return !isAwaited || cache.#cache.definition.promises !== undefined;
  }

  /**
   * How many results are stored, with old ones that may still be given. A load in flight is none yet, nor is a
   * failure that is remembered.
   */
  get size(): number {
    const { size } = this.#cache.current;
    this.#cache.flushEvictions();
    return size;
  }

  get capacity(): number {
    return this.#cache.current.capacity;
  }

  /** The stored result of a call, which is not made, nor counted, nor its recency touched; `undefined` when there is none. */
  peek(...args: Args): R | undefined {
    const key = this.#keyOf(args);
    return resultOf(peek(this.#cache, key)) as R | undefined;
  }

  /** Whether the result of a call is stored. */
  has(...args: Args): boolean {
    const key = this.#keyOf(args);
    return peek(this.#cache, key) !== undefined;
  }

  /**
   * Stores a result for a call, whatever `when` says. A load of it in flight is stored nowhere. A
   * promise is stored when it is fulfilled, and given to callers until then. For a method that is known
   * to return promises, any other value is stored as a fulfilled promise. An `async` function is known at once, any other
   * method once it was called: put a promise for it until then, or callers are given the bare value.
   *
   * @throws ArgumentError when `args` is no array.
   */
  put(args: Args, value: R | Awaited<R> | PromisedBy<R>): void {
    requireArguments(args);
    const key = this.#keyOf(args);
    this.#loader.put(this.#cache, key, args, value);
  }

  /** Forgets the result of a call; a load of it in flight is stored nowhere. Tells whether there was either. */
  delete(...args: Args): boolean {
    const key = this.#keyOf(args);
    return this.#cache.delete(key);
  }

  /** Forgets every result; loads in flight are stored nowhere. O(n). */
  clear(): void {
    this.#cache.clear();
  }

  /** Changes the capacity for this receiver. @throws OptionError when it is none. */
  resize(capacity: number): void {
    this.#cache.resize(capacity);
  }

  /** The stored results with their keys, `[keyOf(args), value]`, least recent first. */
  entries(): Generator<[Key, R], undefined, undefined> {
    return publicEntries(resultsOf(this.#cache)) as Generator<[Key, R], undefined, undefined>;
  }

  [Symbol.iterator](): Generator<[Key, R], undefined, undefined> {
    return this.entries();
  }

  /** What has happened to the calls on this receiver so far. */
  stats(): CacheStats {
    return statsOf(this.#cache);
  }

  /** What a call would meet. Nothing is called, counted or touched. */
  explain(...args: Args): Explanation {
    const callKey = this.#keyOf(args);
    const key = publicKeyOf(callKey);
    const expiresIn = freshFor(this.#cache, callKey);
    return expiresIn === undefined
      ? { key, outcome: outcomeOf(this.#cache, callKey) }
      : { key, outcome: 'hit', expiresIn };
  }

  get [Symbol.toStringTag](): string {
    return 'CallCache';
  }

  /** What Node's `util.inspect`, and so `console.log`, shows for the cache. */
  [Symbol.for('nodejs.util.inspect.custom')](): Map<unknown, unknown> {
    // Not a text: only what inspect goes through itself keeps its depth and its sight of cycles.
    return Object.defineProperty(new Map(this), Symbol.toStringTag, { value: 'CallCache' });
  }

  #keyOf(args: readonly unknown[]): CallKey {
    return this.#cache.definition.keyOf(this.#receiver, args);
  }
}

function* publicEntries(entries: Iterable<[CallKey, unknown]>): Generator<[Key, unknown], undefined, undefined> {
  for (const [key, value] of entries) yield [publicKeyOf(key), value];
}
