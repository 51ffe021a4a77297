import { assign } from '../platform.js';
import type { Engine, EntryRecord, LeaseRecord, LoggedInvalidation, MarkRecord, TimeRecord } from '../store/engine.js';
import { LocalStore } from '../store/local-store.js';
import type { Store, StoreEvent, StorePromises } from '../store/store.js';
import { type SourceStore, type TierOptions, tiered } from '../tier/tiered.js';
import { ownOptions, requireFunction } from '../validate.js';

export interface MemoryStoreOptions extends TierOptions {
  /** The wall clock, in milliseconds. The default is `Date.now`. */
  readonly clock?: () => number;
}

/** A store in the memory of one process. */
export interface MemoryStore extends Required<Omit<Store, 'poll'>>, SourceStore {
  /** Returns another client of the same store, as another process would have one. Closing one closes no other. */
  client(): MemoryStore;
}

/**
 * Makes a store that is in the memory of this process: for tests and examples, as it outlives nothing, and never removes
 * what is not asked for again. It keeps every promise that a store on disk keeps, and clients stand in for processes.
 *
 * @example
 * const store = memoryStore();
 * const other = store.client(); // shares the entries and leases, and is told of invalidations
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = () => Date.now(), ...tier } = ownOptions(options, 'clock codec leaseMs');
  requireFunction('clock', clock);
  const engine = new MemoryEngine();
  const clients = new Set<LocalStore>();
  const client = (): MemoryStore => {
    const onEvent = (event: StoreEvent) => {
      for (const other of clients) {
        if (event.kind === 'filled') other.tell(event);
        else other.catchUp();
      }
    };
    const store = new LocalStore(engine, { promises: PROMISES, clock, onEvent });
    clients.add(store);
    return tiered(assign(store, { client }), tier);
  };
  return client();
}

const PROMISES: StorePromises = {
  leases: 'all',
  isFenced: true,
  hasTags: true,
  coherence: 0,
  tellsFills: true,
  isDurable: false,
};

/** Tables in Maps. A transaction needs no way back, as no write of a Map fails. */
class MemoryEngine implements Engine {
  readonly #entries = new Map<string, EntryRecord>();
  readonly #leases = new Map<string, LeaseRecord>();
  readonly #marks = new Map<string, MarkRecord>();
  readonly #log: LoggedInvalidation[] = [];
  #time: TimeRecord = { latest: 0, offset: 0 };

  transact<T>(run: () => T): T {
    return run();
  }

  release(): void {}

  clock(): number {
    return this.#log.length;
  }

  log(invalidation: LoggedInvalidation): void {
    this.#log.push(invalidation);
  }

  loggedSince(clock: number): LoggedInvalidation[] {
    return this.#log.slice(clock);
  }

  time(): TimeRecord {
    return this.#time;
  }

  setTime(record: TimeRecord): void {
    this.#time = record;
  }

  entry(name: string): EntryRecord | undefined {
    return this.#entries.get(name);
  }

  setEntry(name: string, record: EntryRecord): void {
    // A copy, since the caller may write over its bytes.
    this.#entries.set(name, { ...record, value: record.value.slice(), tags: [...record.tags] });
  }

  endEntry(name: string, mode: 'remove' | 'expire'): void {
    const record = this.#entries.get(name);
    if (mode === 'remove' || !record) this.#entries.delete(name);
    else this.#entries.set(name, { ...record, isExpired: true });
  }

  lease(name: string): LeaseRecord | undefined {
    return this.#leases.get(name);
  }

  setLease(name: string, record: LeaseRecord | undefined): void {
    if (record) this.#leases.set(name, record);
    else this.#leases.delete(name);
  }

  mark(name: string): MarkRecord | undefined {
    return this.#marks.get(name);
  }

  setMark(name: string, record: MarkRecord): void {
    this.#marks.set(name, record);
  }

  close(): void {}
}
