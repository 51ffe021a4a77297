import type { Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import type { BatchedResult, BatchFunction } from './batch-function.js';
import type { AbortSignalLike } from './caller-signal.js';
import type { CacheEvent, LoadErrorEvent } from './events.js';
import type { Scope } from './sharing.js';
import type { StoreOptions } from './store-options.js';

/** The option `many` of any method. */
export type Many = NonNullable<CachedOptions['many']>;

/**
 * The options of `cached` and `memoize`. `R` is the type that the method returns. An option that is a function of the
 * `result` gets the awaited value of a promise.
 */
export interface CachedOptions<Args extends readonly unknown[] = any, R = any, This = any> extends StoreOptions<This> {
  /**
   * The most entries per receiver: a full cache evicts the least recently used one. A whole number from 1 to 16,777,216, or
   * `Infinity` for no bound. With `weigh` it is any positive number: the sum of the weights that are kept.
   * @default 128
   * @example cached({ capacity: 1000 })
   */
  readonly capacity?: number | undefined;
  /**
   * A function that returns what an entry weighs: a finite number from 0. `capacity` is then a sum of weights. It gets the
   * result and then the arguments, once for each result that is to be stored. A result heavier than the whole capacity goes
   * to its callers and is not stored; `on.evict` is told, and `stats()` counts an eviction for `capacity`. It evicts only an
   * older entry of its call. If the function throws, or returns something else, the caller gets the error and the entries
   * stay; at a reload for which `staleIfError` allows an old value, the caller gets that, and `on.error` gets the error. The
   * same holds for `ttl`, `when` and `tags`. Failures that `errorTtl` remembers are not weighed: up to 128 are kept.
   * @default every entry weighs 1
   * @example cached({ capacity: 10_000_000, weigh: (page: string) => page.length })
   */
  readonly weigh?: ((value: Awaited<R>, ...args: Args) => number) | undefined;
  /**
   * The time that an entry lives, or a function that returns it for each result. It counts from the moment when the method
   * returns or, for a promise, is fulfilled. Hits do not extend it. It is above 0, or `Infinity` for entries that never
   * expire. The function may also return 0 for a result that should not be stored. This and every other time is a number
   * of milliseconds, or a text with a unit: `'500ms'`, `'90s'`, `'5m'`, `'1.5h'`, `'7d'`.
   * @default Infinity
   * @example cached({ ttl: (token: Token) => `${token.expiresIn}s` })
   */
  readonly ttl?: Duration | ((result: Awaited<R>, ...args: Args) => Duration) | undefined;
  /**
   * A function that returns the value to key on instead of the argument list. The value is keyed as an argument would
   * be. The function must not be async.
   * @default all arguments
   * @example cached({ key: (user: User) => user.id })
   */
  readonly key?: ((this: This, ...args: Args) => unknown) | undefined;
  /**
   * A function that decides whether a call goes past the cache. It is asked before the key is made. If it returns true, the
   * method runs with its arguments as they are: nothing is read, stored or shared, no listener is told, and no other
   * option applies. Of a method with `many`, the batch method runs at once, for this call alone. `stats().bypassed` counts
   * such calls. `refresh` asks too, and `put` does not. The function must not return a promise. If it throws, the caller gets the
   * error.
   * @default no call goes past the cache
   * @example cached({ bypass: (query: Query) => query.isPreview })
   */
  readonly bypass?: ((this: This, ...args: Args) => boolean) | undefined;
  /**
   * The owner of the entries. With 'instance', each instance has its own entries. With 'class', all instances of a class
   * share them, but not those of a subclass, which may override what the method calls. With a scope, such as `request` of
   * `memokit/request`, the entries of an instance, or of a function, end with it.
   * @default 'instance'; for a memoized function, one set of entries for every `this`
   * @example cached({ per: 'class' })
   */
  readonly per?: 'instance' | 'class' | Scope | undefined;
  /**
   * The name of the cache in `caches()` and in error messages.
   * @default `Class.method`, or the function's name
   * @example memoize(load, { name: 'schema' })
   */
  readonly name?: string | undefined;
  /**
   * A function that decides whether to store a result. Callers that wait for a result get it even if it is not stored.
   * The function must not return a promise.
   * @default every result is stored
   * @example cached({ when: (user) => user !== undefined })
   */
  readonly when?: ((result: Awaited<R>, ...args: Args) => boolean) | undefined;
  /**
   * Whether to freeze each result deeply before it is stored and given to its first caller, so that code that changes a
   * shared result fails at the place of the change. For a promise, the value is frozen. It costs O(size of the result)
   * for each load and each `put`, and nothing for a hit. It is meant for development. Do not use it for results that
   * own a live resource, such as a connection or a stream. Private fields and typed arrays cannot be frozen; functions
   * and regular expressions are left unfrozen. If freezing throws, the caller gets the error and nothing is stored.
   * @default false
   * @example cached({ freeze: process.env.NODE_ENV !== 'production' })
   */
  readonly freeze?: boolean | undefined;
  /**
   * A function that copies a result, such as `structuredClone`. Each caller gets a copy of its own, and so do listeners,
   * `peek` and `entries()`; the stored result is given to nobody (only `util.inspect` of a cache shows it), and `put` stores a
   * copy of what it is given. For an async method the awaited result is copied. Each call costs a copy, also a hit. The
   * function must not return a promise. If it throws, the caller gets the error. With `freeze` only the stored one is frozen.
   * @default all callers are given the stored result
   * @example cached({ copy: structuredClone })
   */
  readonly copy?: ((value: Awaited<R>) => Awaited<R>) | undefined;
  /**
   * Listeners, which are called after everything else. `hit`: a call was answered without calling the method. `miss`:
   * the method was called and has returned. `evict`: an entry was evicted. `error`: a load has failed, in the
   * background too, unless it was aborted because no caller waited for it any more. If a listener throws, the caller
   * gets the error. If there is no caller, `error` gets it, and without `error` it is an uncaught exception.
   * @default none
   * @example cached({ on: { miss: ({ args }) => console.log('miss', args) } })
   */
  readonly on?:
    | {
        readonly hit?: ((event: CacheEvent<Args, R>) => void) | undefined;
        readonly miss?: ((event: CacheEvent<Args, R>) => void) | undefined;
        readonly evict?: ((event: CacheEvent<Args, R>) => void) | undefined;
        readonly error?: ((event: LoadErrorEvent<Args>) => void) | undefined;
      }
    | undefined;
  /**
   * The source of the time in milliseconds, for tests and for custom clocks.
   * @default performance.now, looked up at each reading; one serves up to 64 calls within a millisecond or job
   * @example cached({ ttl: 1000, clock: () => now })
   */
  readonly clock?: Clock | undefined;
  /**
   * The tags of every result as an array of strings, or a function that returns those of one. `invalidateTags` evicts
   * every entry that has one of the given tags, in all caches.
   * @default none
   * @example cached({ tags: (user: User) => [`user:${user.id}`, `team:${user.team}`] })
   */
  readonly tags?: readonly string[] | ((result: Awaited<R>, ...args: Args) => readonly string[]) | undefined;
  /**
   * A function that is given each load of an async method as it begins, as a promise that settles when the load has ended
   * and never rejects. It keeps a platform that stops at the response, such as Cloudflare Workers, running until the
   * result is stored. It is called once for each load: also if a caller waits for the load, for a reload in the
   * background, for each key of a batch, for a promise that `put` stores, and for each `refresh` that has to wait for
   * another one. If it throws, `on.error` gets the error, and without `on.error` it is an uncaught exception; the call goes
   * on. A synchronous method never calls it.
   * @default the function that `setWaitUntil` was given
   * @example cached({ waitUntil: (work) => context.waitUntil(work) })
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /**
   * The time after which an entry is gone, with its old value, if no call has asked for it. A call that finds the entry
   * renews it. It never keeps an entry longer than `ttl` and the stale options do. `peek`, `has` and `explain` do not
   * renew it. It is above 0; `Infinity` turns it off.
   * @default Infinity
   * @example cached({ ttl: '1h', idle: '5m' })
   */
  readonly idle?: Duration | undefined;
  /**
   * The time past `ttl`, or past `expire`, in which the old value is kept for the load to see, as
   * `loadContext().previous`. It is given to nobody. The stale options keep it for the load as well. 0 turns it off;
   * `Infinity` sets no limit.
   * @default 0
   * @example cached({ ttl: 60_000, revalidate: 3_600_000 })
   */
  readonly revalidate?: Duration | undefined;
  /**
   * The time past `ttl` in which callers get the old value at once while one load in the background replaces it
   * (RFC 5861). 0 turns it off; `Infinity` sets no limit. It needs a `ttl`, which may be `Infinity`. This option and all
   * that follow are for async methods only.
   * @default 0
   * @example cached({ ttl: 60_000, staleWhileRevalidate: 30_000 })
   */
  readonly staleWhileRevalidate?: Duration | undefined;
  /**
   * The time past `ttl` in which callers get the old value if the load fails (RFC 5861) or takes longer than `timeout` or
   * `softTimeout`. After that, no other load begins for half a second to a second. 0 turns it off; `Infinity` sets no limit.
   * It needs a `ttl`, which may be `Infinity`.
   *
   * With `{ for, when }` the old value stands in only for errors for which `when` returns true. Any other error is an answer
   * of the source: callers get it, and the old value is removed. `when` is asked if there is an old value, also with a
   * `TimeoutError`, but not about `softTimeout`. It must not return a promise. If it throws, callers get the error of the
   * load, the old value stays for the next load, and `on.error` gets what `when` threw.
   * @default 0
   * @example cached({ ttl: '1m', staleIfError: { for: '1h', when: (error) => !(error instanceof NotFoundError) } })
   */
  readonly staleIfError?:
    | Duration
    | { readonly for: Duration; readonly when: (error: unknown, ...args: Args) => boolean }
    | undefined;
  /**
   * The fraction of `ttl` after which a hit starts one load in the background. It is above 0 and at most 1; 1 turns it
   * off. It needs a `ttl` other than `Infinity`.
   * @default 1
   * @example cached({ ttl: 60_000, refreshAhead: 0.8 })
   */
  readonly refreshAhead?: number | undefined;
  /**
   * The largest fraction by which the `ttl` of an entry is shortened at random, so that entries that were loaded
   * together do not expire together. It is from 0 to 1, and needs a `ttl` other than `Infinity`.
   * @default 0
   * @example cached({ ttl: 60_000, jitter: 0.1 })
   */
  readonly jitter?: number | undefined;
  /**
   * The time that a failed load is remembered, or a function that returns it for each error: calls fail with the same
   * error, and no load begins. If `staleIfError` allows an old value, callers get the old value instead. In a cache with
   * `tags`, every `invalidateTags` makes it forget all failures. An error that the method throws before it returns a
   * promise is not remembered. Of a batch, only an `Error` in the place of a result is remembered. 0 turns it off;
   * `Infinity` sets no limit. If the function throws, or returns no time, the failure is not remembered, callers get the
   * error of the load, and `on.error` gets what the function threw.
   * @default 0
   * @example cached({ errorTtl: (error) => (error instanceof NotFoundError ? '5m' : '1s') })
   */
  readonly errorTtl?: Duration | ((error: unknown, ...args: Args) => Duration) | undefined;
  /**
   * The time after which a load fails with a `TimeoutError`. `loadSignal()` is aborted then, and a later result
   * of the load is dropped. It is above 0 and at most 2,147,483,647 ms, or `Infinity` for no limit.
   * @default Infinity
   * @example cached({ timeout: 2000 })
   */
  readonly timeout?: Duration | undefined;
  /**
   * The time after which callers get the old value that `staleIfError` allows. It needs `staleIfError`. The
   * load continues, and its result is stored. If there is no such value, callers wait for the load, at most for the `timeout`. It is above 0
   * and at most 2,147,483,647, or `Infinity` for no limit.
   * @default Infinity
   * @example cached({ ttl: 60_000, staleIfError: 3_600_000, softTimeout: 200 })
   */
  readonly softTimeout?: Duration | undefined;
  /**
   * A function that returns the caller's AbortSignal from the arguments, or `undefined` or `null` if there is none. The
   * signal is left out of the key. A caller that aborts is rejected at once with the reason of its signal. The load
   * continues while any caller waits, and is aborted when the last caller aborts. The method gets the load's signal in
   * place of the caller's if that is an argument or a property of an argument that is a plain object. `loadSignal()`
   * returns the load's signal in any case.
   * @default none
   * @example cached({ signal: (url: string, signal?: AbortSignal) => signal })
   */
  readonly signal?: ((this: This, ...args: Args) => AbortSignalLike | null | undefined) | undefined;
  /**
   * The batch method that is called instead of the method: the name of another method of the receiver, or a function.
   * It gets one list with the arguments of all calls on one receiver that find no entry during one turn of the event
   * loop, and `this` is that receiver. Each result is stored for its own call. The method itself is never called; it
   * must take one argument and return a promise. The batch method must not await a call of the method for one of its
   * keys, because that call waits for the batch. A getter cannot have this option. `memoize.many` tells how a call fails.
   * @default each call that finds no entry calls the method
   * @example cached({ many: 'getMany' })
   */
  readonly many?: string | symbol | BatchFunction<Args[0], BatchedResult<Args, R>, This> | undefined;
  /**
   * A function that says which calls may share a batch: those for which it returns equal values, compared as keys are. It
   * gets the argument of the call, and runs in the call's async context; the batch method runs in that of the first call
   * of the batch. So it returns what the batch method takes from the context, such as the tenant. It needs `many`, and
   * `many` with `key` needs it. It must not be async.
   * @default all calls on one receiver may share a batch
   * @example cached({ many: 'getMany', key: (id: number) => [tenant(), id], batchBy: () => tenant() })
   */
  readonly batchBy?: ((this: This, argument: Args[0]) => unknown) | undefined;
}
