import { dirname } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { floor, max, valuesOf } from '../platform.js';
import type { Engine, EntryRecord, LeaseRecord, LoggedInvalidation, MarkRecord, TimeRecord } from '../store/engine.js';
import { namespaceOf } from '../store/names.js';
import { monotonic } from '../time/clock.js';
import { costOfEntry } from './cost.js';
import { DataFile } from './data-file.js';
import { dataFile, isFull, NO_SPACE, PAGE } from './directory.js';
import { Facts } from './facts.js';
import { InvalidationLog } from './invalidation-log.js';
import { Leases } from './leases.js';
import { Marks } from './marks.js';
import { decodeEntry, encodeEntry, isEntry, keyOfName, type StoredRecord } from './records.js';
import { Room, type Size } from './room.js';
import type { Table } from './table.js';

/** The tables of a store in LMDB, which all processes that open the directory share. */
export class LmdbEngine implements Engine {
  readonly #file: DataFile;
  readonly #mostOfEntry: number;
  readonly #warn: (text: string) => void;
  /**
   * The tables' own table, which has the facts and the leases too: its page changes in each transaction anyway, and each page
   * that changes is written.
   */
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #flags: number;
  readonly #facts: Facts;
  readonly #entries: Table;
  readonly #leases: Leases;
  readonly #marks: Marks;
  readonly #log: InvalidationLog;
  readonly #room: Room;
  /** Whether the transaction has changed the clock. */
  #isInvalidating = false;
  /** The last error of LMDB, and its time. */
  #trouble: Error | undefined;
  #troubleAt = 0;
  #hasTold = false;

  constructor(directory: string, maxBytes: number, isSynced: boolean, warn: (text: string) => void) {
    this.#mostOfEntry = maxBytes / 8;
    this.#warn = warn;
    // The commit is seen by all processes when it returns. With `NO_SYNC` the system writes it to the disk in its own time.
    this.#flags = isSynced ? ABORTABLE : ABORTABLE | NO_SYNC;
    this.#root = open(directory, {
      encoding: 'binary',
      keyEncoding: 'binary',
      maxDbs: 12,
      maxReaders: 512,
      pageSize: PAGE,
      noSubdir: false,
      // The address space is reserved at once, as no process then has to learn that another has made the file larger.
      mapSize: max(2 * maxBytes, LEAST_MAP),
      overlappingSync: false,
    });
    this.#file = new DataFile(dataFile(directory));
    const table = (name: string): Table => this.#root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
    this.#facts = new Facts(this.#root);
    this.#leases = new Leases(this.#root, this.#facts, maxBytes);
    this.#entries = table('entries');
    this.#marks = new Marks(table('marks'), this.#facts, maxBytes);
    this.#log = new InvalidationLog(table('log'), this.#facts, maxBytes / 50);
    const tables = { entries: this.#entries, order: table('order'), ends: table('ends'), hits: table('hits') };
    const file = { bytes: () => this.#fileBytes(), usedBytes: () => usedBytesOf(valuesOf(tables)) };
    this.#room = new Room(tables, this.#facts, maxBytes, file);
  }

  transact<T>(run: () => T): T {
    // A disk that is full stays full for a while, and LMDB writes a line to stderr at each attempt.
    if (this.#trouble && monotonic() - this.#troubleAt < RETRY_AFTER) throw this.#trouble;
    try {
      return this.#root.transactionSync(() => {
        this.#facts.forget();
        const result = run();
        this.#facts.save();
        return result;
      }, this.#flags);
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'number') throw error;
      this.#troubleAt = monotonic();
      // LMDB calls a full disk an error of input or output.
      this.#trouble = isFull(dirname(this.#file.path)) ? new Error(NO_SPACE, { cause: error }) : (error as Error);
      throw this.#trouble;
    } finally {
      this.#isInvalidating = false;
      this.#facts.forget();
    }
  }

  release(): void {
    // The pages that a view of LMDB can see are not used again as long as it is open.
    this.#root.resetReadTxn();
    this.#facts.forget();
    if (!this.#room.hasNews) return;
    try {
      this.transact(() => this.#room.noteReads());
    } catch {
      // The reader has its entries. What is wrong with the engine is told at the next write.
    }
  }

  clock(): number {
    return this.#facts.get('clock');
  }

  time(): TimeRecord {
    return { latest: this.#facts.get('latest'), offset: this.#facts.get('offset') };
  }

  setTime({ latest, offset }: TimeRecord): void {
    this.#facts.set('latest', latest);
    this.#facts.set('offset', offset);
  }

  log(invalidation: LoggedInvalidation): void {
    this.#file.check();
    this.#isInvalidating = true;
    this.#log.add(invalidation);
  }

  check(): void {
    this.#file.check();
  }

  loggedSince(clock: number): LoggedInvalidation[] | undefined {
    return this.#log.since(clock);
  }

  entry(name: string): StoredRecord | undefined {
    this.#file.checkNowAndThen();
    const key = keyOfName(name);
    const bytes = this.#entries.getBinary(key);
    return bytes && decodeEntry(key, name, bytes);
  }

  used(name: string, record: EntryRecord): void {
    this.#room.touch((record as StoredRecord).place, namespaceOf(name));
  }

  setEntry(name: string, record: EntryRecord): void {
    this.#file.checkNowAndThen();
    const key = keyOfName(name);
    this.#room.remove(key);
    const place = this.#room.nextPlace();
    const bytes = encodeEntry(key, name, { ...record, place });
    // It leaves at once: in its place many others would leave, and the file would grow beyond its bound.
    if (costOfEntry(key, bytes) > this.#mostOfEntry) this.#tellTooLarge(name, bytes.length);
    else this.#room.add(key, bytes, record.storedAt);
  }

  endEntry(name: string, mode: 'remove' | 'expire'): void {
    const key = keyOfName(name);
    if (mode === 'remove') this.#room.remove(key);
    const bytes = this.#entries.getBinary(key);
    if (!bytes || !isEntry(bytes)) return;
    bytes[1] = 1;
    this.#entries.put(key, bytes);
  }

  lease(name: string): LeaseRecord | undefined {
    return this.#leases.get(name);
  }

  setLease(name: string, record: LeaseRecord | undefined): void {
    if (record) this.#file.checkNowAndThen();
    this.#leases.set(name, record);
  }

  mark(name: string): MarkRecord {
    return this.#isInvalidating ? this.#marks.get(name) : this.#marks.known(name);
  }

  setMark(name: string, record: MarkRecord): void {
    this.#marks.set(name, record);
  }

  /** Removes every entry, fences every load, and has other clients distrust what they have. */
  clear(): void {
    this.transact(() => {
      this.#file.check();
      this.#facts.add('clock', 1);
      this.#facts.set('cleared', this.clock());
      this.#leases.removeEnded(Infinity);
      this.#marks.clear();
      this.#log.clear();
      this.#room.clear();
    });
  }

  /** Removes the entries of a namespace, some hundred in each transaction. */
  removeNamespace(namespace: string): void {
    let after: Buffer | undefined;
    do after = this.transact(() => this.#room.removeSome(namespace, after));
    while (after);
  }

  /** Removes the entries and leases that have ended. */
  compact(now: number): void {
    this.transact(() => {
      this.#file.check();
      this.#room.removeEnded(now, Infinity);
      this.#leases.removeEnded(now);
    });
  }

  size(): Size {
    return this.#room.size();
  }

  async close(): Promise<void> {
    try {
      if (this.#room.hasReads) this.transact(() => this.#room.noteReads());
    } catch {
      // The next process knows less about what was read.
    }
    await this.#root.close();
  }

  /** Returns the bytes of the file. Drops the views of processes that were killed, as their pages are not used again. */
  #fileBytes(): number {
    this.#root.readerCheck();
    return this.#file.check();
  }

  /** Warns once that entries take too much of the bound. */
  #tellTooLarge(name: string, bytes: number): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const about = `a result of ${namespaceOf(name)} has ${bytes} bytes`;
    this.#warn(`${about}, and none above an eighth of maxBytes is stored, which is ${floor(this.#mostOfEntry)}`);
  }
}

/** Returns the bytes of the pages of tables. */
function usedBytesOf(tables: readonly Table[]): number {
  const pagesOf = (table: Table) => {
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = table.getStats() as Record<string, number>;
    return treeBranchPageCount! + treeLeafPageCount! + overflowPages!;
  };
  return PAGE * tables.reduce((pages, table) => pages + pagesOf(table), 0);
}

/** Flags of a transaction: a function that throws undoes it; its commit does not wait for the disk. */
const ABORTABLE = 3;
const NO_SYNC = 0x1_00_00;
const LEAST_MAP = 2 ** 26;
/** The milliseconds after an error of LMDB in which nothing is written. */
const RETRY_AFTER = 1000;
