import type { Sharing } from './sharing.js';

/**
 * A source: what stands in front of the method of one definition where the option `store` gives it a store. A load gets its
 * value there, and what ends entries in memory ends them there too. The store's entry point makes it, so that a program
 * without a store does not contain it.
 */
export interface Source<Cache = any, Load = any> {
  /** Called before a new cache of a receiver is used. @throws OptionError when the receiver cannot be named in the store. */
  meets(cache: Cache, receiver: unknown): void;
  /** Returns the result of a load, or a promise of it: from the store, or from the method, which takes `methodArgs`. */
  load(cache: Cache, load: Load, receiver: unknown, args: readonly unknown[], methodArgs: readonly unknown[]): unknown;
  /** Stores a value that a caller has put. */
  put(cache: Cache, key: unknown, value: unknown, ttl: number, tags: readonly string[]): void;
  /** Ends what the store has under keys of a cache; without keys, all that it has of the cache. */
  ended(cache: Cache, keys: readonly unknown[] | undefined, isSoft: boolean): void;
  /** Ends all that the store has of the definition. */
  cleared(): void;
  /** Tells the caches what other processes have ended. Called before an entry answers, unless that was done a moment ago. */
  poll(): void;
  delivered(): Promise<Delivery>;
}

/** Whether the store knows of all that this process has invalidated: `journaled` if it could not be told yet. */
export type Delivery = 'delivered' | 'journaled';

/** Makes the source of a definition. */
export type SourceMaker = (definition: unknown, sharing: Sharing, isStatic: boolean) => Source;

/** The property of a store under which it has its `SourceMaker`. */
export const SOURCE: unique symbol = /* @__PURE__ */ Symbol.for('memokit.source');

/** A store that can be given as the option `store`. */
export interface SourceStore {
  readonly [SOURCE]: SourceMaker;
}
