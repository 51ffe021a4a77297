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
   * connection or a stream. Private fields cannot be frozen, nor typed arrays. What freezing throws reaches the caller,
   * with nothing stored.
   * @default false
   * @example cached({ freeze: process.env.NODE_ENV !== 'production' })
   */
  readonly freeze?: boolean | undefined;
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
}

/** Options with their defaults, each of them checked. */
export interface ResolvedOptions extends CachedOptions {
  readonly capacity: number;
  readonly ttl: number | ((result: unknown, ...args: unknown[]) => number);
  readonly freeze: boolean;
  readonly on: NonNullable<CachedOptions['on']>;
  readonly clock: Clock;
}

/** @throws OptionError that names the first option which is not as `CachedOptions` says. */
export function resolveOptions<Args extends readonly unknown[], R, This>(
  options: CachedOptions<Args, R, This>,
): ResolvedOptions {
  requireNames(options, 'capacity ttl key per name when freeze on clock');
  const { capacity = 128, ttl = Infinity, key, per, name, when, freeze = false, on = {}, clock = monotonic } = options;
  requireCapacity(capacity, false);
  if (typeof ttl !== 'function') requireTtl(ttl);
  requireFunction('key', key);
  requireOption([undefined, 'instance', 'class'].includes(per), 'per', "'instance' or 'class'", per);
  requireOption(name === undefined || typeof name === 'string', 'name', 'a string', name);
  requireFunction('when', when);
  requireOption(typeof freeze === 'boolean', 'freeze', 'a boolean', freeze);
  requireNames(on, 'hit miss evict', 'on');
  for (const [event, listener] of Object.entries(on)) requireFunction(`on.${event}`, listener);
  requireClock(clock);
  return Object.freeze({ capacity, ttl, key, per, name, when, freeze, on: { ...on }, clock }) as ResolvedOptions;
}
