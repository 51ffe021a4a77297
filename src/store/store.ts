/**
 * The name of an entry: texts only. `namespace` is the cached function with its version; `key` is the canonical text of the
 * arguments. Two names are equal if both texts are.
 */
export interface StoreKey {
  readonly namespace: string;
  readonly key: string;
  /**
   * The tags that the entry has if it is there, where the reader knows them before. They are a hint only: with it, a store
   * behind a network can read their state in the same round trip. A store trusts the tags that the entry was filled with.
   */
  readonly tags?: readonly string[];
}

/** What a fill stores. */
export interface NewEntry {
  /** The value as bytes, which a store never looks into. It neither keeps nor changes the array. */
  readonly value: Uint8Array;
  /** The milliseconds after the fill in which the entry may be read, above 0. `Infinity`: no end. */
  readonly ttl: number;
  /** Tags count for the whole store, not for a namespace. */
  readonly tags: readonly string[];
}

/** What a read gives. Times are relative, so no reader has to share a clock with the process that filled the entry. */
export interface StoredEntry {
  /** The bytes of the fill. The reader may keep them, and must not change them. */
  readonly value: Uint8Array;
  /** Milliseconds since the fill, from 0. */
  readonly age: number;
  /** Milliseconds until the entry ends, above 0. `Infinity`: no end. */
  readonly left: number;
  readonly tags: readonly string[];
  /** The token of the lease that filled it: no two fills have the same. */
  readonly token: string;
  /** Whether `invalidate(…, 'expire')` named it after its load began: it may be served as a stale value only. */
  readonly isExpired: boolean;
}

/**
 * The right to load and fill one key, which one holder at a time has until its milliseconds are over. Only the store that
 * gave it can use it.
 */
export interface Lease {
  readonly key: StoreKey;
  /** A text that no other lease has. */
  readonly token: string;
  /** The store's count of invalidations when the lease was given. What was invalidated later fences the fill. */
  readonly clock: number;
}

/**
 * What asking for a lease gives:
 * - `taken`: the caller has the lease. It loads, and then fills or releases.
 * - `found`: the key has an entry that the caller has not seen. It needs no load.
 * - `held`: another holder is loading. Its lease ends in `ms` milliseconds, unless it is renewed. `trace` is what the holder
 *   gave as that, where it gave one and the store keeps it.
 * - `unavailable`: the engine failed, or the store is closed. The caller loads as if there were no store.
 */
export type LeaseAnswer =
  | { readonly kind: 'taken'; readonly lease: Lease }
  | { readonly kind: 'found'; readonly entry: StoredEntry }
  | { readonly kind: 'held'; readonly ms: number; readonly trace?: string }
  | { readonly kind: 'unavailable' };

/**
 * What a fill did:
 * - `stored`: readers in every process get the value from now on.
 * - `fenced`: the lease was lost, or its key, namespace or one of the tags was invalidated after the lease was given. The
 *   value may be out of date, so it goes to the callers that wait for it and is stored nowhere, not in memory either.
 * - `unavailable`: the engine failed, or the store is closed. Whether the value is stored is not known.
 */
export type FillAnswer = 'stored' | 'fenced' | 'unavailable';

/** What an invalidation names: keys, all keys of a namespace, or all entries that have one of the tags. */
export type Invalidated =
  | { readonly keys: readonly StoreKey[] }
  | { readonly namespace: string }
  | { readonly tags: readonly string[] };

/** `remove`: the entries are gone. `expire`: they can be read with `isExpired`, until their ttl is over. */
export type InvalidationMode = 'remove' | 'expire';

/**
 * What a listener is told:
 * - `invalidated`: another client of the store has invalidated something. A client is not told of its own invalidations.
 * - `filled`: a key was filled, or its lease was released, so a caller that waits for it can look again.
 * - `distrust`: events may have been lost. What the listener keeps in memory must be read again before it is used.
 */
export type StoreEvent =
  | { readonly kind: 'invalidated'; readonly what: Invalidated; readonly mode: InvalidationMode }
  | { readonly kind: 'filled'; readonly key: StoreKey }
  | { readonly kind: 'distrust' };

export interface StoreState {
  /** `failing`: the engine did not do the last operation. `closed`: `close` was called. */
  readonly status: 'working' | 'failing' | 'closed';
  /** The last error of the engine, also after it works again. */
  readonly error: unknown;
  /** The operations that the engine did not do, since the store was made. */
  readonly failures: number;
  /**
   * Whether the store cannot be told what other clients invalidate, as its channel is down or not there yet. It may be so
   * while the engine works. Only stores that are told by a channel say it.
   */
  readonly isBlind?: boolean;
}

/** What a store promises beyond giving back what was filled. */
export interface StorePromises {
  /** Among whom a lease has one holder: `all` clients of the store, those of one `process`, or `none`. */
  readonly leases: 'all' | 'process' | 'none';
  /** Whether a fill is refused after its lease was lost or its key, namespace or tag was invalidated by any client. */
  readonly isFenced: boolean;
  /** Whether invalidations of tags and namespaces reach entries. */
  readonly hasTags: boolean;
  /** Milliseconds until other clients are told of an invalidation, if they call `poll` or need not. `Infinity`: never told. */
  readonly coherence: number;
  /** Whether listeners are told of fills. Otherwise callers that wait for another holder look again now and then. */
  readonly tellsFills: boolean;
  /** Whether entries outlive the process. */
  readonly isDurable: boolean;
}

/**
 * A second tier behind the entries in memory. Several clients use one store at once: in one process, in several, or on
 * several machines. `storeContract` of `memokit/testing` tests what is said here.
 *
 * **A store is asked, never trusted.** No method throws or rejects because the engine fails: a read is then a miss, and the
 * other answers say `unavailable` or false. `state` tells it, and the store warns once. A method throws or rejects only if
 * its arguments are of a wrong type.
 *
 * **Order.** Each method takes effect at one moment between its call and its answer, for all clients alike, as far as
 * `promises` says. So an entry that was filled before an `invalidate` was answered is read by nobody after that answer, and a
 * load that began before it fills nothing.
 *
 * **To load a key**: `read` it; if that gives nothing usable, ask for the `lease`. On `taken` load, renew the lease at a third
 * of its time, and `fill`; if the load fails, `release`. On `held` wait for `filled`, or for a short random time, and begin
 * again. To store a value that the program made itself, `replace` the key and fill. Where a store cannot do that, `invalidate`
 * the key and ask for the lease; but what another client invalidates in between does not fence that fill.
 *
 * The methods whose names end in `Sync` are there if the store can answer without waiting for events; then all of them are.
 */
export interface Store {
  /**
   * Reads entries. The answer has one element for each key, in order: `undefined` for a miss, which is a key without entry,
   * one that ended or was invalidated, bytes that the store did not write, or a failure. One operation of the engine, or one
   * for some 256 keys. O(keys + their tags).
   */
  read(keys: readonly StoreKey[]): Promise<(StoredEntry | undefined)[]>;
  /**
   * Asks for the lease of a key for `ms` milliseconds. `seen` is the token of the entry that the caller has read and does
   * not want, if there was one. If the key has any other entry by now that is not expired, the caller gets that and no lease:
   * another holder has filled between the read and this call. `trace` names the load in traces, for those that wait for it: up
   * to 64 letters, digits and hyphens. A store may ignore it. O(1) and the tags of the entry.
   */
  lease(key: StoreKey, ms: number, seen?: string, trace?: string): Promise<LeaseAnswer>;
  /** Stores a value and ends the lease, or refuses. A refusal ends the lease too. O(tags), and what has to leave for it. */
  fill(lease: Lease, entry: NewEntry): Promise<FillAnswer>;
  /** Has the lease end `ms` milliseconds from now. False if it is lost already, or the engine failed: then stop renewing. */
  renew(lease: Lease, ms: number): Promise<boolean>;
  /** Ends a lease without a fill, because the load failed. Does nothing if the lease is lost already. */
  release(lease: Lease): Promise<void>;
  /**
   * Invalidates entries, and fences the loads whose leases were given before. The entry of a key is removed, or marked in
   * mode `expire` (the default is `remove`). A namespace or tag costs the same however many entries it has. False if the
   * engine failed: the caller has to do it again, and must not use the store for what it names until that worked. O(names).
   */
  invalidate(what: Invalidated, mode?: InvalidationMode): Promise<boolean>;
  /**
   * Invalidates a key, as `invalidate` does in mode `remove`, and gives its lease for `ms` milliseconds, whoever had it, in one
   * step: no other client's invalidation lies between the two. It answers when listeners have been told of all invalidations
   * before it; where that cannot be, the lease is one that fills nothing. `undefined` if the engine failed, as `invalidate`
   * gives false.
   */
  replace?(key: StoreKey, ms: number): Promise<Lease | undefined>;
  readSync?(keys: readonly StoreKey[]): (StoredEntry | undefined)[];
  leaseSync?(key: StoreKey, ms: number, seen?: string, trace?: string): LeaseAnswer;
  fillSync?(lease: Lease, entry: NewEntry): FillAnswer;
  renewSync?(lease: Lease, ms: number): boolean;
  releaseSync?(lease: Lease): void;
  invalidateSync?(what: Invalidated, mode?: InvalidationMode): boolean;
  replaceSync?(key: StoreKey, ms: number): Lease | undefined;
  /**
   * Calls a function for each event, in the order in which they happened, until the returned function is called. The
   * listener must not throw. It may use the store.
   */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /**
   * Tells the listeners what other clients have invalidated, before it returns, unless it did so less than
   * `promises.coherence` milliseconds ago. Call it before a value in memory is used. A store whose engine
   * tells it may do without. O(1), and the events.
   */
  poll?(): void;
  /** What the engine's condition is now. Reading it costs no operation. */
  readonly state: StoreState;
  readonly promises: StorePromises;
  /**
   * Gives the engine's resources back. Afterwards every method answers as if the engine failed. Leases that are held end by
   * themselves. A second call returns the same as the first.
   */
  close(): Promise<void>;
}
