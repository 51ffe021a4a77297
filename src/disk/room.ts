import { ceil, max, min } from '../platform.js';
import { namespaceOf } from '../store/names.js';
import { costOfEntry } from './cost.js';
import type { Facts } from './facts.js';
import { Hits } from './hits.js';
import { decodeNumber, encodeNumbers, endOf, isEntry, nameOfEntry, placeOf } from './records.js';
import type { Table } from './table.js';

/** How much a store has. */
export interface Size {
  readonly entries: number;
  /** What the entries take on the disk, about. Less than the size of the file, whose free pages are used again. */
  readonly bytes: number;
}

/**
 * The room of the entries: it counts their bytes and evicts. Over the bound it first removes entries that have ended. Then it
 * goes round the entries in the order of their fills, as a hand goes round a clock: an entry that was read since the hand's
 * last visit stays, and another is evicted. So the least recently used go, about. Call all but `touch` in a transaction.
 */
export class Room {
  readonly #entries: Table;
  /** The key of each entry under its place, after a byte that says how many visits of the hand it outlasts. */
  readonly #order: Table;
  /** The key of each entry that ends, under its end and its place. */
  readonly #ends: Table;
  readonly #hits: Hits;
  readonly #facts: Facts;
  readonly #maxBytes: number;
  readonly #file: FileSize;
  /** The places that were read, which are not in the tables yet. */
  readonly #places = new Set<number>();
  #touches = 0;
  #fills = 0;

  constructor(tables: RoomTables, facts: Facts, maxBytes: number, file: FileSize) {
    this.#entries = tables.entries;
    this.#order = tables.order;
    this.#ends = tables.ends;
    this.#hits = new Hits(tables.hits, facts, maxBytes);
    this.#facts = facts;
    this.#maxBytes = maxBytes;
    this.#file = file;
  }

  /** Whether so many entries were read that `noteReads` should be called. */
  get hasNews(): boolean {
    return this.#touches >= NOTE_AFTER;
  }

  get hasReads(): boolean {
    return this.#touches > 0;
  }

  /** Remembers that an entry was read. */
  touch(place: number, namespace: string): void {
    this.#touches++;
    this.#places.add(place);
    this.#hits.add(namespace);
  }

  /** Stores what `touch` has remembered. It is lost if the transaction fails. */
  noteReads(): void {
    this.#touches = 0;
    const places = [...this.#places];
    this.#places.clear();
    for (const place of places) {
      const at = encodeNumbers(place);
      const bytes = this.#order.getBinary(at);
      if (bytes && bytes[0]! < MOST_CREDIT) this.#mark(at, bytes, bytes[0]! + 1);
    }
    this.#hits.note();
  }

  nextPlace(): number {
    this.#facts.add('place', 1);
    return this.#facts.get('place');
  }

  /** Stores an entry that is not there, and evicts others if there is too much. */
  add(key: Buffer, bytes: Buffer, now: number): void {
    if (this.hasReads) this.noteReads();
    const place = placeOf(bytes);
    const end = endOf(bytes);
    this.#entries.put(key, bytes);
    this.#order.put(encodeNumbers(place), Buffer.concat([Buffer.of(0), key]));
    if (end < MOST_END) this.#ends.put(encodeNumbers(ceil(end), place), key);
    const cost = costOfEntry(key, bytes);
    this.#count(1, cost);
    // A few now and then, so that what ended leaves even if there is room.
    if (this.#fills % 16 === 0) this.removeEnded(now, 32);
    const most = this.#limit(cost);
    if (this.#facts.get('bytes') <= most) return;
    this.removeEnded(now, 64);
    this.#evict(most, place);
  }

  remove(key: Buffer): void {
    const bytes = this.#entries.getBinary(key);
    if (!bytes) return;
    this.#entries.remove(key);
    // What another program wrote is not counted.
    if (!isEntry(bytes)) return;
    const place = placeOf(bytes);
    const end = endOf(bytes);
    this.#order.remove(encodeNumbers(place));
    if (end < MOST_END) this.#ends.remove(encodeNumbers(ceil(end), place));
    this.#count(-1, -costOfEntry(key, bytes));
  }

  /**
   * Removes the entries of a namespace among the next few hundred after a key. Returns the key after which to go on, or
   * `undefined` after the last.
   */
  removeSome(namespace: string, after: Buffer | undefined): Buffer | undefined {
    const found = [...this.#entries.getRange({ limit: 256, ...(after && { start: after }) })];
    for (const { key, value } of found) {
      const name = isEntry(value) ? nameOfEntry(key, value) : undefined;
      if (name !== undefined && namespaceOf(name) === namespace) this.remove(key);
    }
    this.#hits.remove(namespace);
    // The range begins with the key itself, which may be gone.
    return found.length < 256 ? undefined : Buffer.from(found.at(-1)!.key);
  }

  removeEnded(now: number, most: number): void {
    const range = { end: encodeNumbers(now + 1), ...(most < Infinity && { limit: most }) };
    for (const { key: at, value: key } of [...this.#ends.getRange(range)]) {
      if (this.#placeOf(key) === decodeNumber(at, 1)) this.remove(key);
      else this.#ends.remove(at);
    }
  }

  clear(): void {
    for (const table of [this.#entries, this.#order, this.#ends]) table.clearSync();
    this.#hits.clear();
    for (const fact of ['bytes', 'entries', 'hand'] as const) this.#facts.set(fact, 0);
    this.#places.clear();
  }

  size(): Size {
    return { entries: this.#facts.get('entries'), bytes: this.#facts.get('bytes') };
  }

  /** Moves the hand until there is room. The entry of the newest place stays. */
  #evict(most: number, newest: number): void {
    let hand = this.#facts.get('hand');
    let spared = 0;
    for (let rounds = 0; rounds <= MOST_CREDIT + 1 && this.#facts.get('bytes') > most; ) {
      const next = [...this.#order.getRange({ start: encodeNumbers(hand + 1), limit: 16 })];
      if (next.length === 0) {
        hand = 0;
        rounds++;
      }
      for (const { key: at, value: bytes } of next) {
        if (this.#facts.get('bytes') <= most) break;
        hand = decodeNumber(at);
        if (hand === newest) continue;
        // A fill does not wait until the hand has gone round all entries, if all of them were read.
        if (bytes[0]! > 0 && spared++ < MOST_SPARED) this.#mark(at, bytes, bytes[0]! - 1);
        else if (this.#placeOf(bytes.subarray(1)) === hand) this.remove(bytes.subarray(1));
        else this.#order.remove(at);
      }
    }
    this.#facts.set('hand', hand);
  }

  /**
   * Returns the bytes that the entries may have beside the other tables, when one of a cost is filled. A file that is larger
   * than the bound, because its pages are not full, makes them less: a file does not shrink, but it stops growing. They
   * become more again while most pages of the file are free.
   */
  #limit(cost: number): number {
    const facts = this.#facts;
    const most = this.#maxBytes;
    if (this.#fills++ % 32 === 0 || cost > most / 100) {
      const file = this.#file.bytes();
      const share = facts.get('share') || 1;
      if (file > most && file > facts.get('file')) {
        facts.set('share', share * min(0.95, max(most, facts.get('file')) / file));
        facts.set('file', file);
      } else if (share < 1 && this.#file.usedBytes() < min(file, most) / 2) {
        facts.set('share', min(1, share * 1.05));
      }
      // The bound is a larger one than before.
      if (file < most / 2) facts.set('file', 0);
    }
    const others = (['markBytes', 'hitBytes', 'leaseBytes', 'logBytes'] as const).map((name) => facts.get(name));
    // A large value needs pages in a row, and those of the values that leave are free after the next fill only.
    const spare = cost > most / 100 ? 2 * cost : 0;
    return others.reduce((left, bytes) => left - bytes, most * (facts.get('share') || 1) - spare);
  }

  /** The place of the entry that a key has now. It is another one than before if its bytes were overwritten. */
  #placeOf(key: Buffer): number | undefined {
    const bytes = this.#entries.getBinary(key);
    return bytes && isEntry(bytes) ? placeOf(bytes) : undefined;
  }

  #mark(at: Buffer, bytes: Buffer, credit: number): void {
    const changed = Buffer.from(bytes);
    changed[0] = credit;
    this.#order.put(Buffer.from(at), changed);
  }

  #count(entries: number, bytes: number): void {
    this.#facts.add('entries', entries);
    this.#facts.add('bytes', bytes);
  }
}

/** The bytes of the file, and those of its pages that are not free. */
export interface FileSize {
  bytes(): number;
  usedBytes(): number;
}

export interface RoomTables {
  readonly entries: Table;
  readonly order: Table;
  readonly ends: Table;
  readonly hits: Table;
}

/** The visits of the hand that an entry outlasts at most: one for each time that it was read and that was noted. */
const MOST_CREDIT = 3;
/** The reads that a process remembers at most. */
const NOTE_AFTER = 1024;
/** The entries that a fill passes at most because they were read. */
const MOST_SPARED = 1024;
/** The largest end that the table of ends can have. */
const MOST_END = 2 ** 53;
