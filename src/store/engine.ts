import type { Invalidated, InvalidationMode } from './store.js';

/**
 * The engine of a local store: tables that all clients of one machine share. Its methods return before anything else runs,
 * and throw if they fail. A name is the text of a key, as `LocalStore` makes it.
 */
export interface Engine {
  /** Runs a function that writes. No other client writes at the same time. Nothing is written if the function throws. */
  transact<T>(run: () => T): T;
  /** Ends an operation that read outside of a transaction, so that the next one sees what was written last. */
  release(): void;
  /** Throws if the engine is gone for good, although its tables can be read. */
  check?(): void;
  /** The number of invalidations so far. */
  clock(): number;
  /** Adds 1 to the clock, and stores the invalidation under the new number. */
  log(invalidation: LoggedInvalidation): void;
  /** Returns the invalidations after a number of the clock; `undefined` if some of them are no longer stored. */
  loggedSince(clock: number): LoggedInvalidation[] | undefined;
  time(): TimeRecord;
  setTime(record: TimeRecord): void;
  entry(name: string): EntryRecord | undefined;
  /** Told of an entry that a reader gets, so that it stays when there is too much. */
  used?(name: string, record: EntryRecord): void;
  /** Stores an entry, and makes room for it. */
  setEntry(name: string, record: EntryRecord): void;
  /** Has the entry stay although it is expired, or be removed. */
  endEntry(name: string, mode: InvalidationMode): void;
  lease(name: string): LeaseRecord | undefined;
  /** `undefined` removes the lease. */
  setLease(name: string, record: LeaseRecord | undefined): void;
  /** `undefined`: never invalidated. An engine that no longer knows this of a mark returns the latest clock that it may have. */
  mark(name: string): MarkRecord | undefined;
  setMark(name: string, record: MarkRecord): void;
  close(): void | Promise<void>;
}

export interface EntryRecord {
  readonly value: Uint8Array;
  /** The store's times of the fill and of the end. */
  readonly storedAt: number;
  readonly endsAt: number;
  /** The clock of the lease. */
  readonly clock: number;
  readonly token: string;
  readonly tags: readonly string[];
  readonly isExpired: boolean;
}

export interface LeaseRecord {
  readonly token: string;
  readonly since: number;
  readonly until: number;
}

/** The clock at the last invalidations of a namespace or a tag, by mode. 0: none. */
export interface MarkRecord {
  readonly removed: number;
  readonly expired: number;
}

/** The latest time that a client has seen, and the milliseconds that are added to the wall clock since it ran backwards. */
export interface TimeRecord {
  readonly latest: number;
  readonly offset: number;
}

export interface LoggedInvalidation {
  /** The client that invalidated. */
  readonly source: string;
  readonly what: Invalidated;
  readonly mode: InvalidationMode;
}
