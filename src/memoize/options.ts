import type { Clock } from '../lru/clock.js';
import { monotonic } from '../lru/clock.js';
import {
  type EvictionCause,
  requireCapacity,
  requireClock,
  requireFunction,
  requireNames,
  requireTtl,
} from '../lru/options.js';
import { requireOption } from '../lru/require-option.js';

/** What a listener of `on` is given. `value` is what callers get: of an async method, its promise. */
export interface CacheEvent<Args extends readonly unknown[] = any, R = any> {
  /** The entry's key, as `keyOf` gives it. */
  readonly key: unknown;
  readonly value: R;
  /** The call's arguments, when a call caused the event: not for `evict`, since entries do not keep them. */
  readonly args?: Args;
  /** Why the entry left, for `evict`. */
  readonly cause?: EvictionCause;
}

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
   * Listeners, called last: `hit` when a call is answered without running the method, `miss` when it
   * was run and has returned, `evict` when an entry has left. What one throws reaches the caller.
   * @default none
   * @example cached({ on: { miss: ({ args }) => console.log('miss', args) } })
   */
  readonly on?:
    | {
        readonly hit?: ((event: CacheEvent<Args, R>) => void) | undefined;
        readonly miss?: ((event: CacheEvent<Args, R>) => void) | undefined;
        readonly evict?: ((event: CacheEvent<Args, R>) => void) | undefined;
      }
    | undefined;
  /**
   * Where the time comes from, for tests and for clocks of one's own.
   * @default performance.now, looked up at each reading, of which one may serve up to 64 calls within a millisecond or job
   * @example cached({ ttl: 1000, clock: () => now })
   */
  readonly clock?: Clock | undefined;
  /**
   * What to call in place of the method: another method of the receiver, by its name, or a function. It gets the
   * arguments of all calls that one turn of the event loop makes on one receiver and that find no entry, as one list,
   * and `this` is that receiver; each result is stored for its own call. The method itself is not run, takes one
   * argument and returns a promise. See `memoize.many` for how a call fails.
   * @default each call that finds no entry runs the method
   * @example cached({ many: 'getMany' })
   */
  readonly many?:
    | ([R] extends [PromiseLike<unknown>] ? string | symbol | BatchFunction<Args[0], Awaited<R>, This> : never)
    | undefined;
}

/** Options with their defaults, each of them checked. */
export interface ResolvedOptions extends CachedOptions {
  readonly capacity: number;
  readonly ttl: number | ((result: unknown, ...args: unknown[]) => number);
  readonly on: NonNullable<CachedOptions['on']>;
  readonly clock: Clock;
}

/** @throws OptionError that names the first option which is not as `CachedOptions` says. */
export function resolveOptions<Args extends readonly unknown[], R, This>(
  options: CachedOptions<Args, R, This>,
): ResolvedOptions {
  requireNames(options, 'capacity ttl key per name when on clock many');
  const { capacity = 128, ttl = Infinity, key, per, name, when, on = {}, clock = monotonic, many } = options;
  requireCapacity(capacity, false);
  if (typeof ttl !== 'function') requireTtl(ttl);
  requireFunction('key', key);
  requireOption([undefined, 'instance', 'class'].includes(per), 'per', "'instance' or 'class'", per);
  requireOption(name === undefined || typeof name === 'string', 'name', 'a string', name);
  requireFunction('when', when);
  requireNames(on, 'hit miss evict', 'on');
  for (const [event, listener] of Object.entries(on)) requireFunction(`on.${event}`, listener);
  requireClock(clock);
  const isMany = many === undefined || ['string', 'symbol', 'function'].includes(typeof many);
  requireOption(isMany, 'many', 'the name of a method, or a function', many);
  return Object.freeze({ capacity, ttl, key, per, name, when, on: { ...on }, clock, many }) as ResolvedOptions;
}
