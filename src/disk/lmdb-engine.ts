import { statSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { max, min } from '../platform.js';
import type { Engine, EntryRecord, LeaseRecord, LoggedInvalidation, MarkRecord, TimeRecord } from '../store/engine.js';
import { dataFile, PAGE } from './directory.js';
import { decodeEntry, decodeNumber, encodeEntry, encodeNumbers, isEntry, keyOfName } from './records.js';
import { Room, type Size } from './room.js';
import type { Table } from './table.js';

/** The tables of a store in LMDB, which all processes that open the directory share. */
export class LmdbEngine implements Engine {
  readonly #directory: string;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #flags: number;
  /** Single values: the clock, the time, what is forgotten. */
  readonly #facts: Table;
  readonly #entries: Table;
  readonly #leases: Table;
  readonly #marks: Table;
  readonly #log: Table;
  readonly #room: Room;

  constructor(directory: string, maxBytes: number, isSynced: boolean) {
    this.#directory = directory;
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
    const table = (name: string): Table => this.#root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
    this.#facts = table('facts');
    this.#entries = table('entries');
    this.#leases = table('leases');
    this.#marks = table('marks');
    this.#log = table('log');
    this.#room = new Room(this.#facts, this.#entries, table('order'), table('ends'), maxBytes, () => this.fileBytes());
  }

  transact<T>(run: () => T): T {
    return this.#root.transactionSync(run, this.#flags);
  }

  release(): void {
    // The pages that a view of LMDB can see are not used again as long as it is open.
    this.#root.resetReadTxn();
    if (this.#room.hasNews) this.transact(() => void this.#room.noteReads());
  }

  clock(): number {
    return this.#fact('clock')[0] ?? 0;
  }

  forgotten(): number {
    return this.#fact('forgotten')[0] ?? 0;
  }

  time(): TimeRecord {
    const [latest = 0, offset = 0] = this.#fact('time');
    return { latest, offset };
  }

  setTime({ latest, offset }: TimeRecord): void {
    this.#setFact('time', latest, offset);
  }

  log(invalidation: LoggedInvalidation): void {
    const clock = this.clock() + 1;
    this.#setFact('clock', clock);
    this.#log.put(encodeNumbers(clock), Buffer.from(JSON.stringify(invalidation)));
    if (clock > LOG_LENGTH) this.#log.remove(encodeNumbers(clock - LOG_LENGTH));
  }

  loggedSince(clock: number): LoggedInvalidation[] | undefined {
    const now = this.clock();
    if (now - clock > LOG_LENGTH || clock < (this.#fact('cleared')[0] ?? 0)) return undefined;
    const found: LoggedInvalidation[] = [];
    for (let at = clock + 1; at <= now; at++) {
      const bytes = this.#log.getBinary(encodeNumbers(at));
      if (!bytes) return undefined;
      found.push(JSON.parse(bytes.toString()));
    }
    return found;
  }

  entry(name: string): EntryRecord | undefined {
    const key = keyOfName(name);
    const bytes = this.#entries.getBinary(key);
    const record = bytes && decodeEntry(key, name, bytes);
    if (record) this.#room.touch(record.place);
    return record;
  }

  setEntry(name: string, record: EntryRecord): void {
    const key = keyOfName(name);
    this.#room.remove(key);
    const place = this.#room.nextPlace();
    const bytes = encodeEntry(key, name, { ...record, place });
    this.#room.add(key, bytes, record.storedAt);
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
    const bytes = this.#leases.getBinary(keyOfName(name));
    return bytes && JSON.parse(bytes.toString());
  }

  setLease(name: string, record: LeaseRecord | undefined): void {
    // JSON has no Infinity.
    if (record)
      this.#leases.put(keyOfName(name), Buffer.from(JSON.stringify({ ...record, until: min(record.until, 1e300) })));
    else this.#leases.remove(keyOfName(name));
  }

  mark(name: string): MarkRecord | undefined {
    const bytes = this.#marks.getBinary(keyOfName(name));
    return bytes && { removed: decodeNumber(bytes), expired: decodeNumber(bytes, 1) };
  }

  setMark(name: string, { removed, expired }: MarkRecord): void {
    const key = keyOfName(name);
    const isTag = name[0] === 't';
    const isNew = isTag && !this.#marks.getBinary(key);
    this.#marks.put(key, encodeNumbers(removed, expired, isTag ? 1 : 0));
    if (!isNew) return;
    const [tags = 0] = this.#fact('tags');
    this.#setFact('tags', tags + 1);
    if (tags >= MOST_TAGS) this.#forgetTags();
  }

  /** Removes every entry, fences every load, and has other clients distrust what they have. */
  clear(): void {
    this.transact(() => {
      const clock = this.clock() + 1;
      this.#setFact('clock', clock);
      this.#setFact('cleared', clock);
      this.#setFact('tags', 0);
      for (const table of [this.#leases, this.#marks, this.#log]) table.clearSync();
      this.#room.clear();
    });
  }

  /** Removes the entries and leases that have ended. */
  compact(now: number): void {
    this.transact(() => {
      this.#room.removeEnded(now, Infinity);
      const leases = [...this.#leases.getRange()];
      for (const { key, value } of leases) if (JSON.parse(value.toString()).until <= now) this.#leases.remove(key);
    });
  }

  size(): Size {
    return this.#room.size();
  }

  fileBytes(): number {
    return statSync(dataFile(this.#directory)).size;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Drops the marks of the tags that were not invalidated for longest. Tagged entries that are as old count as invalidated. */
  #forgetTags(): void {
    const marks = [...this.#marks.getRange()]
      .filter(({ value }) => decodeNumber(value, 2) === 1)
      .map(({ key, value }) => ({ key: Buffer.from(key), clock: max(decodeNumber(value), decodeNumber(value, 1)) }))
      .sort((one, other) => one.clock - other.clock);
    const dropped = marks.slice(0, marks.length / 2);
    for (const { key } of dropped) this.#marks.remove(key);
    this.#setFact('forgotten', dropped.at(-1)!.clock);
    this.#setFact('tags', marks.length - dropped.length);
  }

  #fact(name: string): number[] {
    const bytes = this.#facts.getBinary(Buffer.from(name));
    return bytes ? [...new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))] : [];
  }

  #setFact(name: string, ...numbers: number[]): void {
    this.#facts.put(Buffer.from(name), Buffer.from(new Float64Array(numbers).buffer));
  }
}

/** Flags of a transaction: a function that throws undoes it; its commit does not wait for the disk. */
const ABORTABLE = 3;
const NO_SYNC = 0x1_00_00;
const LEAST_MAP = 2 ** 26;
/** The invalidations that are stored for other clients. One that has missed more distrusts what it has. */
const LOG_LENGTH = 10_000;
/** The tags whose last invalidation is stored. */
const MOST_TAGS = 10_000;
