import { ceil } from '../platform.js';
import { namespaceOf } from '../store/names.js';
import { PAGE } from './directory.js';
import type { Facts } from './facts.js';
import { decodeNumber, encodeNumbers, endOf, isEntry, keyOfName, nameOfEntry, placeOf } from './records.js';
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
  /** How often entries of a namespace were read. */
  readonly #hits: Table;
  readonly #facts: Facts;
  readonly #maxBytes: number;
  readonly #fileBytes: () => number;
  /** The places that were read and the reads of each namespace, which are not in the tables yet. */
  readonly #places = new Set<number>();
  readonly #reads = new Map<string, number>();
  #touches = 0;
  #fills = 0;

  constructor(tables: RoomTables, facts: Facts, maxBytes: number, fileBytes: () => number) {
    this.#entries = tables.entries;
    this.#order = tables.order;
    this.#ends = tables.ends;
    this.#hits = tables.hits;
    this.#facts = facts;
    this.#maxBytes = maxBytes;
    this.#fileBytes = fileBytes;
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
    this.#reads.set(namespace, (this.#reads.get(namespace) ?? 0) + 1);
  }

  /** Stores what `touch` has remembered. It is lost if the transaction fails. */
  noteReads(): void {
    this.#touches = 0;
    const places = [...this.#places];
    const reads = [...this.#reads];
    this.#places.clear();
    this.#reads.clear();
    for (const place of places) {
      const at = encodeNumbers(place);
      const bytes = this.#order.getBinary(at);
      if (bytes && bytes[0]! < MOST_CREDIT) this.#mark(at, bytes, bytes[0]! + 1);
    }
    for (const [namespace, count] of reads) {
      const key = keyOfName(namespace);
      const old = this.#hits.getBinary(key);
      this.#hits.put(key, encodeNumbers((old ? decodeNumber(old) : 0) + count));
    }
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
    this.#count(1, costOf(key, bytes));
    // A few now and then, so that what ended leaves even if there is room.
    if (this.#fills % 16 === 0) this.removeEnded(now, 32);
    const most = this.#limit();
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
    this.#count(-1, -costOf(key, bytes));
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
    this.#hits.remove(keyOfName(namespace));
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
    for (const table of [this.#entries, this.#order, this.#ends, this.#hits]) table.clearSync();
    for (const fact of ['bytes', 'entries', 'hand'] as const) this.#facts.set(fact, 0);
    this.#places.clear();
    this.#reads.clear();
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
   * Returns the bytes that the entries may have. A file that is larger than the bound, because its pages are not full, makes
   * it less: a file does not shrink, but it stops growing.
   */
  #limit(): number {
    const facts = this.#facts;
    if (this.#fills++ % 32 === 0) {
      const file = this.#fileBytes();
      if (file > this.#maxBytes && file > facts.get('file')) {
        facts.set('share', (facts.get('share') || 1) * 0.95);
        facts.set('file', file);
      } else if (file < this.#maxBytes / 2) {
        // The bound is a larger one than before.
        facts.set('share', 1);
        facts.set('file', 0);
      }
    }
    return this.#maxBytes * (facts.get('share') || 1);
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

export interface RoomTables {
  readonly entries: Table;
  readonly order: Table;
  readonly ends: Table;
  readonly hits: Table;
}

/** Returns what an entry takes on the disk, about: values that fill no page share one, the others have their own. */
export function costOf(key: Buffer, bytes: Buffer): number {
  const shared = key.length * 3 + 60;
  if (key.length + bytes.length < 2000) return (shared + bytes.length) * SLACK;
  return shared * SLACK + ceil((bytes.length + 24) / PAGE) * PAGE;
}

/** What shared pages take, beside what is in them: LMDB merges two only when three quarters of one are empty. */
const SLACK = 2.3;

/** The visits of the hand that an entry outlasts at most: one for each time that it was read and that was noted. */
const MOST_CREDIT = 3;
/** The reads that a process remembers at most. */
const NOTE_AFTER = 1024;
/** The entries that a fill passes at most because they were read. */
const MOST_SPARED = 1024;
/** The largest end that the table of ends can have. */
const MOST_END = 2 ** 53;
