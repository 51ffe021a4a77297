import { resultOf } from '../cache/entries.js';
import { type InspectOptions, inspectedResults } from '../cache/inspected-results.js';
import { freshFor, outcomeOf, peek, resultsOf, statsOf, watch } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { Delivery } from '../definition/source.js';
import type { CacheStats } from '../definition/stats.js';
import { type CallKey, callKeyOf, publicKeyOf } from '../key/call-key.js';
import { identityPlaces } from '../key/identity-places.js';
import { type Key, requireArguments } from '../key/key.js';
import { runBeside } from '../load/bypass.js';
import type { Loader } from '../load/loader.js';
import { queueRefresh } from '../load/refresh.js';
import { type CallResult, resultOfCall } from './call-result.js';
import { endCall, endEveryCall } from './ending.js';
import type { Explanation } from './explanation.js';
import { everyCall, type NamedCall, namedCall } from './named-call.js';

/**
 * Like `Awaited`, but also resolves when the promised type is a type parameter, so that a caller can pass a value of
 * it.
 */
type PromisedBy<R> = R extends PromiseLike<infer V> ? V : never;

/** The entries of one function for one receiver, addressed by the function's own arguments. `cacheOf` returns it. */
export class CallCache<Args extends readonly unknown[] = any[], R = any> {
  readonly #loader: Loader;
  readonly #receiver: unknown;
  readonly #receivers: { of(receiver: unknown): ReceiverCache };

  /** Called by `cacheOf` only. @internal */
  constructor(loader: Loader, receiver: unknown, receivers: { of(receiver: unknown): ReceiverCache }) {
    this.#loader = loader;
    this.#receiver = receiver;
    this.#receivers = receivers;
  }

  /** Asked for by each operation, as a scope may have changed since the last one. */
  get #cache(): ReceiverCache {
    return this.#receivers.of(this.#receiver);
  }

  // The next three are for the rules of mutators only. Mutators of another copy of memokit call them too, so they keep their
  // meaning across minor versions. The published types do not have them.

  /**
   * Watches the cache. Returns a function that tells whether nothing was deleted, cleared, put or invalidated by a tag since.
   * @internal
   */
  watch(): () => boolean {
    return watch(this.#cache);
  }

  /** Names a call, under the key that the arguments have now, or every call without arguments. @internal */
  named(args?: readonly unknown[]): NamedCall {
    return args === undefined ? everyCall(this.#cache) : namedCall(this.#cache, this.#keyOf(args), args);
  }

  /**
   * Whether a value can be stored in the form in which the method would return it: as a promise or bare. An awaited value
   * can be, once it is known whether the method returns promises.
   * @internal
   */
  takes(isAwaited: boolean): boolean {
    return !isAwaited || this.#cache.definition.promises !== undefined;
  }

  /**
   * The number of stored results, including stale results that callers may still get. Loads in flight and remembered
   * failures do not count.
   */
  get size(): number {
    const { size } = this.#cache.current;
    this.#cache.flushEvictions();
    return size;
  }

  /** The most results that this cache holds; with `weigh`, the largest sum of their weights. `Infinity` means no bound. */
  get capacity(): number {
    return this.#cache.current.capacity;
  }

  /**
   * Returns the stored result of a call, or `undefined` if there is none. Does not call the method, does not count as a hit
   * and does not make the entry more recent.
   */
  peek(...args: Args): R | undefined {
    const stored = peek(this.#cache, this.#keyOf(args));
    return stored === undefined ? undefined : (this.#cache.definition.shownOf(resultOf(stored)) as R | undefined);
  }

  /** Whether the result of a call is stored. Does not count as a hit and does not make the entry more recent. */
  has(...args: Args): boolean {
    const key = this.#keyOf(args);
    return peek(this.#cache, key) !== undefined;
  }

  /**
   * Stores a result for a call, without asking `when`. If a load of the call is in flight, its callers still get its
   * result, but that result is not stored. A promise is given to callers until it is fulfilled, and its value is stored
   * then. What an option, such as `copy` or `ttl`, throws about that value goes to `on.error`; without `on.error` it is an
   * uncaught exception. The rejection of the promise itself goes only to callers that wait for it.
   *
   * For a method that is known to return promises, a bare value is stored as a fulfilled promise. This is known at once for
   * an `async` function, and for other methods after their first call. Until then, put a promise, because callers would
   * otherwise get the bare value.
   *
   * @throws ArgumentError when `args` is not an array.
   */
  put(args: Args, value: R | Awaited<R> | PromisedBy<R>): void {
    requireArguments(args);
    const key = this.#keyOf(args);
    this.#loader.put(this.#cache, key, args, value);
  }

  /**
   * Runs the method now, whatever is stored, and stores what it returns. Until it ends, callers are answered as before. A
   * load that began earlier is fenced: its callers still get its result, but that result is not stored. If the method
   * fails, the caller of `refresh` gets the error and the entry stays as it was.
   *
   * Of one key, one refresh runs at a time. Callers of `refresh` that come while one runs share the next one, which begins
   * when that one has ended. It counts in `stats().loads`, but neither as a hit nor as a miss.
   *
   * @throws RecursionError when the method refreshes the key that it is loading, before it has returned.
   */
  refresh(...args: Args): R {
    const { definition } = this.#cache;
    if (definition.isBypassed(this.#receiver, args)) return runBeside(this.#cache, this.#receiver, args) as R;
    const key = this.#keyOf(args);
    return definition.copyOf(this.#loader.refresh(this.#cache, key, this.#receiver, args, queueRefresh)) as R;
  }

  /**
   * Calls the method as any other caller does, and tells what the call came to. For an async method it returns a promise
   * of that. A failing call throws or rejects as it would have. `cacheStatus` makes an HTTP header of the result.
   */
  call(...args: Args): R extends PromiseLike<unknown> ? Promise<CallResult<Awaited<R>>> : CallResult<R> {
    return resultOfCall(this.#loader, this.#cache, this.#receiver, args) as never;
  }

  /**
   * Removes the result of a call. If a load of the call is in flight, its callers still get its result, but that result is
   * not stored. Returns whether there was an entry or a load.
   */
  delete(...args: Args): boolean {
    return endCall(this.#cache, this.#keyOf(args), false);
  }

  /**
   * Ends the ttl of the result of a call now. `staleWhileRevalidate`, `staleIfError` and `revalidate` keep the value, and
   * their times count from now, unless the ttl had ended already. Without them, the entry is removed with the cause
   * `expired`. If a load of the call is in flight, its callers still get its result, but that result is not stored. A
   * failure that is remembered is forgotten, and a reload need not wait for a back-off. Returns whether there was an entry
   * or a load.
   * @example cacheOf(service, 'get').expire('users')
   */
  expire(...args: Args): boolean {
    return endCall(this.#cache, this.#keyOf(args), true);
  }

  /** Ends the ttl of every result, as `expire` does for one. O(n). */
  expireAll(): void {
    endEveryCall(this.#cache, true);
  }

  /** Removes every result. Callers of loads in flight still get their results, but these are not stored. O(n). */
  clear(): void {
    endEveryCall(this.#cache, false);
  }

  /**
   * Waits until the option `store` knows of what was deleted, cleared, expired or put before. `delivered`: no later read, in
   * any process that the store tells, gives what was there before; without a store that is so at once. `journaled`: the store
   * does not work. This process does not use it until it has been told, but others may go on reading from it.
   */
  async delivered(): Promise<Delivery> {
    return this.#cache.definition.source?.delivered() ?? 'delivered';
  }

  /**
   * Changes the capacity for this receiver. The least recently used entries that no longer fit are evicted.
   *
   * @throws OptionError when `capacity` is not a whole number from 1 to 16,777,216 or `Infinity`; with `weigh`, when it is
   * not above 0.
   */
  resize(capacity: number): void {
    this.#cache.resize(capacity);
  }

  /** Iterates over the stored results with their keys, `[keyOf(args), value]`, least recent first. */
  entries(): Generator<[Key, R], undefined, undefined> {
    return publicEntries(this.#cache) as Generator<[Key, R], undefined, undefined>;
  }

  [Symbol.iterator](): Generator<[Key, R], undefined, undefined> {
    return this.entries();
  }

  /** The counts of all calls on this receiver so far, with the size and capacity of the cache. */
  stats(): CacheStats {
    return statsOf(this.#cache);
  }

  /**
   * Describes how a call would be answered now, and names what in its key counts by identity. Does not call the method,
   * count anything or change recency.
   */
  explain(...args: Args): Explanation {
    const { definition } = this.#cache;
    if (definition.isBypassed(this.#receiver, args)) return { outcome: 'bypassed' };
    const keyed = definition.keyedBy(this.#receiver, args);
    const callKey = callKeyOf(keyed);
    const byIdentity =
      definition.options.key === undefined ? identityPlaces('args', keyed) : identityPlaces('key', keyed[0]);
    const expiresIn = freshFor(this.#cache, callKey);
    return {
      key: publicKeyOf(callKey),
      outcome: expiresIn === undefined ? outcomeOf(this.#cache, callKey) : 'hit',
      ...(expiresIn !== undefined && { expiresIn }),
      ...(byIdentity.length > 0 && { byIdentity }),
    };
  }

  get [Symbol.toStringTag](): string {
    return 'CallCache';
  }

  /** The value that Node's `util.inspect`, and so `console.log`, shows for the cache. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth?: number, options?: InspectOptions): Map<unknown, unknown> {
    return inspectedResults(this.#cache, options);
  }

  #keyOf(args: readonly unknown[]): CallKey {
    // What other processes have ended is not there any more for anything that is asked about a call.
    this.#cache.definition.source?.poll();
    return this.#cache.definition.keyOf(this.#receiver, args);
  }
}

function* publicEntries(cache: ReceiverCache): Generator<[Key, unknown], undefined, undefined> {
  for (const [key, value] of resultsOf(cache)) yield [publicKeyOf(key), cache.definition.shownOf(value)];
}
