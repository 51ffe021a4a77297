import type { CallKey } from '../key/call-key.js';
import type { EvictionCause } from '../lru/options.js';

/** The entries of one receiver: a bounded map from call keys to what is stored, which is never undefined. Least recently used first out. */
export interface Entries {
  readonly capacity: number;
  /** How many are alive. */
  readonly size: number;
  /** What is stored for no arguments, made the most recent; `undefined` when there is nothing. */
  findNone(): unknown;
  /** What is stored under a key that is no token list, made the most recent; or `undefined`. */
  findLone(key: CallKey): unknown;
  /** What is stored for two or three arguments that are their own tokens, made the most recent; or `undefined`. */
  findShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): unknown;
  /** What is stored under the first `count` tokens of a list, made the most recent; or `undefined`. */
  findList(list: readonly unknown[], count: number): unknown;
  /** What is stored under a key, its recency untouched; or `undefined`. */
  peek(key: CallKey): unknown;
  /** Milliseconds until an entry dies, `Infinity` when it never does, `undefined` when there is none. */
  expiresIn(key: CallKey): number | undefined;
  /** @throws OptionError when `ttl`, or a weight that counts, is no number from 0; nothing has changed then. */
  write(key: CallKey, value: unknown, ttl: number, weight?: number): void;
  /** As `write` with a ttl without end, under a key that has no entry. */
  add(key: CallKey, value: unknown): void;
  /** Lets the entry of a key, if it has one, live for a ttl from now on, its recency untouched. */
  setTtl(key: CallKey, ttl: number): void;
  /** Removes a key. Tells whether there was an entry. */
  remove(key: CallKey, cause: EvictionCause): boolean;
  /** Removes every entry. O(n). */
  removeAll(): void;
  /** @throws OptionError when it is no capacity; nothing has changed then. */
  setCapacity(capacity: number): void;
  /** The keys, least recent first, some of which may be dead. O(n). */
  order(): CallKey[];
}

/** What is stored for a result: the result itself, but for `undefined`, which is what is found where nothing is stored. */
export function storedFor(result: unknown): unknown {
  return result === undefined ? UNDEFINED : result;
}

/** The result for which something is stored. */
export function resultOf(stored: unknown): unknown {
  // The type is asked first, since the engine compares what it knows nothing of by a call.
  return typeof stored === 'symbol' && stored === UNDEFINED ? undefined : stored;
}

const UNDEFINED: unique symbol = /* @__PURE__ */ Symbol('undefined');
