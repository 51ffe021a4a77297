import type { Clock } from '../time/clock.js';
import type { AbortSignalLike } from './caller-signal.js';
import type { CacheEvent, LoadErrorEvent } from './events.js';

/** The option `many`, of any method. */
export type Many = NonNullable<CachedOptions['many']>;

/**
 * What loads a list of keys at once. It gives, or promises, as many results in the same order; an `Error` among them
 * is thrown to the call that it stands for. The list is frozen.
 */
export type BatchFunction<K = any, V = any, This = any> = (
  this: This,
  keys: readonly K[],
) => PromiseLike<readonly (V | Error)[]> | readonly (V | Error)[];

/** Options of `cached` and `memoize`. `R` is what the method returns; where a result is given, a promise has been awaited. */
export interface CachedOptions<Args extends readonly unknown[] = any, R = any, This = any> {
  /**
   * Entries kept per receiver; the least recently used goes first. From 1 to 16,777,216, or `Infinity` for no bound.
   * @default 128
   * @example cached({ capacity: 1000 })
   */
  readonly capacity?: number | undefined;
  /**
   * Milliseconds that an entry lives, counted from its result (from fulfilment, for a promise), or a
   * function that says so for each result. A hit never prolongs it. More than 0, `Infinity` for ever;
   * from the function also 0, for a result that is not to be kept.
   * @default Infinity
   * @example cached({ ttl: (token: Token) => token.expiresIn * 1000 })
   */
  readonly ttl?: number | ((result: Awaited<R>, ...args: Args) => number) | undefined;
  /**
   * What to key on instead of the argument list. The returned value is keyed as an argument would be.
   * @default all arguments
   * @example cached({ key: (user: User) => user.id })
   */
  readonly key?: ((this: This, ...args: Args) => unknown) | undefined;
  /**
   * Whose the entries are: each instance has its own, or all instances of a class (not of its
   * subclasses, which may override what a method calls) share one set.
   * @default 'instance'; of a memoized function, one set whatever its `this`
   * @example cached({ per: 'class' })
   */
  readonly per?: 'instance' | 'class' | undefined;
  /**
   * Label in stats.
   * @default `Class.method`, or the function's name
   * @example memoize(load, { name: 'schema' })
   */
  readonly name?: string | undefined;
  /**
   * Whether to store this result. A result that is not stored is still given to everyone who waited for it.
   * @default every result is stored
   * @example cached({ when: (user) => user !== undefined })
   */
  readonly when?: ((result: Awaited<R>, ...args: Args) => boolean) | undefined;
  /**
   * Whether to freeze each result, with all that is in it, before it is stored and given to its first caller: whoever
   * changes what others are given fails there. Of a promise, what it is fulfilled with. O(size of the result) for each
   * load and each `put`, nothing for a hit. Meant for development, and not for results that own something live, as a
   * connection or a stream. Private fields cannot be frozen, nor typed arrays; functions and regular expressions are not.
   * What freezing throws reaches the caller, with nothing stored.
   * @default false
   * @example cached({ freeze: process.env.NODE_ENV !== 'production' })
   */
  readonly freeze?: boolean | undefined;
  /**
   * Listeners, called last: `hit` when a call is answered without running the method, `miss` when it
   * was run and has returned, `evict` when an entry has left, `error` when a load has failed, also one in the background, but not
   * one that was aborted as nobody waited for it.
   * What one throws reaches the caller; where there is none, `error`; and without that it is an uncaught error.
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
   * Where the time comes from, for tests and for clocks of one's own.
   * @default performance.now, looked up at each reading, of which one may serve up to 64 calls within a millisecond or job
   * @example cached({ ttl: 1000, clock: () => now })
   */
  readonly clock?: Clock | undefined;
  /**
   * Tags of the entry, by which `invalidateTags` forgets it in whatever cache it is.
   * @default none
   * @example cached({ tags: (user: User) => [`user:${user.id}`, `team:${user.team}`] })
   */
  readonly tags?: ((result: Awaited<R>, ...args: Args) => readonly string[]) | undefined;
  /**
   * Milliseconds past `ttl` in which callers are given the old value at once, while one load in the background replaces
   * it (RFC 5861). 0 for none, `Infinity` without end. Async methods only, as all options that follow.
   * @default 0
   * @example cached({ ttl: 60_000, staleWhileRevalidate: 30_000 })
   */
  readonly staleWhileRevalidate?: number | undefined;
  /**
   * Milliseconds past `ttl` in which callers are given the old value when the load has failed (RFC 5861), or takes longer
   * than `timeout` or `softTimeout`. No other load begins for half a second to a second then. 0 for none.
   * @default 0
   * @example cached({ ttl: 60_000, staleIfError: 3_600_000 })
   */
  readonly staleIfError?: number | undefined;
  /**
   * The fraction of `ttl` after which a hit starts one load in the background. Above 0, at most 1, which is never.
   * @default 1
   * @example cached({ ttl: 60_000, refreshAhead: 0.8 })
   */
  readonly refreshAhead?: number | undefined;
  /**
   * The fraction of `ttl` of which a random part is taken off each entry's, so that entries of one time do not all end at
   * one time. From 0 to 1.
   * @default 0
   * @example cached({ ttl: 60_000, jitter: 0.1 })
   */
  readonly jitter?: number | undefined;
  /**
   * Milliseconds that a failure is remembered: calls fail with it, and no load begins. An old value that may stand in
   * goes before it. Beside `tags`, any `invalidateTags` ends it. What a method throws instead of returning a promise is
   * not remembered. 0 for none.
   * @default 0
   * @example cached({ errorTtl: 1000 })
   */
  readonly errorTtl?: number | undefined;
  /**
   * Milliseconds after which a load fails with a `TimeoutError`; what it gives later comes to nothing, and `loadSignal()`
   * is aborted. Above 0, at most 2,147,483,647, or `Infinity` for no limit.
   * @default Infinity
   * @example cached({ timeout: 2000 })
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds after which callers are given the old value that `staleIfError` allows; the load goes on and is stored.
   * Without such a value they wait: `timeout` bounds that. Bounds as of `timeout`.
   * @default Infinity
   * @example cached({ ttl: 60_000, staleIfError: 3_600_000, softTimeout: 200 })
   */
  readonly softTimeout?: number | undefined;
  /**
   * The caller's AbortSignal among the arguments. It is left out of the key. Who aborts is rejected with its reason at
   * once; the load goes on while anybody waits, and is aborted when the last has left. The method is given the load's own
   * signal in place of that of the call which began it, where that is an argument or a property of one; `loadSignal()` is
   * there whoever began it.
   * @default none
   * @example cached({ signal: (url: string, signal?: AbortSignal) => signal })
   */
  readonly signal?: ((this: This, ...args: Args) => AbortSignalLike | null | undefined) | undefined;
  /**
   * What to call in place of the method: another method of the receiver, by its name, or a function. It gets the
   * arguments of all calls that one turn of the event loop makes on one receiver and that find no entry, as one list,
   * and `this` is that receiver; each result is stored for its own call. The method itself is not run, takes one
   * argument and returns a promise. What is called must not wait for a call of the method for one of its keys, which would
   * wait for it. Not for getters. See `memoize.many` for how a call fails.
   * @default each call that finds no entry runs the method
   * @example cached({ many: 'getMany' })
   */
  readonly many?: string | symbol | BatchFunction<Args[0], BatchedResult<Args, R>, This> | undefined;
}

/** What a batch gives for one call of a function; where that can have none, what nothing is, for the compiler to say why. */
type BatchedResult<Args extends readonly unknown[], R> = [any] extends Args
  ? PromisedResult<R>
  : Args extends readonly [unknown, AbortSignalLike | null | undefined, ...unknown[]]
    ? PromisedResult<R>
    : Refused<'the function has to take one argument'>;

type PromisedResult<R> = R extends PromiseLike<unknown> ? Awaited<R> : Refused<'the function has to return a promise'>;

interface Refused<Why extends string> {
  readonly refused: Why;
}
