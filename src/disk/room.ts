import { ceil } from '../platform.js';
import { PAGE } from './directory.js';
import { decodeNumber, encodeNumbers, endOf, isEntry, placeOf } from './records.js';
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
  readonly #facts: Table;
  readonly #entries: Table;
  /** The key of each entry under its place, after a byte that says whether the entry was read. */
  readonly #order: Table;
  /** The key of each entry that ends, under its end and its place. */
  readonly #ends: Table;
  readonly #maxBytes: number;
  readonly #fileBytes: () => number;
  /** The places that were read, and are not noted in the table. */
  readonly #read = new Set<number>();
  /** The places that were noted lately. */
  readonly #noted = new Set<number>();
  #fills = 0;

  constructor(facts: Table, entries: Table, order: Table, ends: Table, maxBytes: number, fileBytes: () => number) {
    this.#facts = facts;
    this.#entries = entries;
    this.#order = order;
    this.#ends = ends;
    this.#maxBytes = maxBytes;
    this.#fileBytes = fileBytes;
  }

  /** Whether so many places were read that they should be noted. */
  get hasNews(): boolean {
    return this.#read.size >= NOTE_AFTER;
  }

  /** Remembers that an entry was read. */
  touch(place: number): void {
    if (!this.#noted.has(place)) this.#read.add(place);
  }

  noteReads(): void {
    if (this.#noted.size > NOTED_MOST) this.#noted.clear();
    for (const place of this.#read) {
      const at = encodeNumbers(place);
      const bytes = this.#order.getBinary(at);
      if (bytes && bytes[0] === 0) this.#mark(at, bytes, 1);
      this.#noted.add(place);
    }
    this.#read.clear();
  }

  nextPlace(): number {
    const place = this.#fact('place') + 1;
    this.#setFact('place', place);
    return place;
  }

  /** Stores an entry that is not there, and evicts others if there is too much. */
  add(key: Buffer, bytes: Buffer, now: number): void {
    if (this.#read.size > 0) this.noteReads();
    const place = placeOf(bytes);
    const end = endOf(bytes);
    this.#entries.put(key, bytes);
    this.#order.put(encodeNumbers(place), Buffer.concat([Buffer.of(0), key]));
    if (end < MOST_END) this.#ends.put(encodeNumbers(end, place), key);
    this.#count(1, costOf(key, bytes));
    // A few at each fill, so that what ended leaves even if there is room.
    this.removeEnded(now, 2);
    const most = this.#limit();
    if (this.#fact('bytes') <= most) return;
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
    if (end < MOST_END) this.#ends.remove(encodeNumbers(end, place));
    this.#count(-1, -costOf(key, bytes));
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
    for (const fact of ['bytes', 'entries', 'hand']) this.#setFact(fact, 0);
    this.#read.clear();
    this.#noted.clear();
  }

  size(): Size {
    return { entries: this.#fact('entries'), bytes: this.#fact('bytes') };
  }

  /** Moves the hand until there is room. The entry of the newest place stays. */
  #evict(most: number, newest: number): void {
    let hand = this.#fact('hand');
    // Two rounds pass every entry twice: the second time none of them counts as read.
    for (let rounds = 0; rounds < 3 && this.#fact('bytes') > most; ) {
      const next = [...this.#order.getRange({ start: encodeNumbers(hand + 1), limit: 16 })];
      if (next.length === 0) {
        hand = 0;
        rounds++;
      }
      for (const { key: at, value: bytes } of next) {
        if (this.#fact('bytes') <= most) break;
        hand = decodeNumber(at);
        if (hand === newest) continue;
        if (bytes[0] === 1) this.#mark(at, bytes, 0);
        else if (this.#placeOf(bytes.subarray(1)) === hand) this.remove(bytes.subarray(1));
        else this.#order.remove(at);
      }
    }
    this.#setFact('hand', hand);
  }

  /**
   * Returns the bytes that the entries may have. A file that is larger than the bound, because its pages are not full, makes
   * it less: a file does not shrink, but it stops growing.
   */
  #limit(): number {
    const share = this.#fact('share') || 1;
    if (this.#fills++ % 32 > 0) return this.#maxBytes * share;
    const file = this.#fileBytes();
    if (file <= this.#maxBytes || file <= this.#fact('file')) return this.#maxBytes * share;
    this.#setFact('file', file);
    this.#setFact('share', share * 0.95);
    return this.#maxBytes * share * 0.95;
  }

  /** The place of the entry that a key has now. It is another one than before if its bytes were overwritten. */
  #placeOf(key: Buffer): number | undefined {
    const bytes = this.#entries.getBinary(key);
    return bytes && isEntry(bytes) ? placeOf(bytes) : undefined;
  }

  #mark(at: Buffer, bytes: Buffer, wasRead: number): void {
    const changed = Buffer.from(bytes);
    changed[0] = wasRead;
    this.#order.put(Buffer.from(at), changed);
  }

  #count(entries: number, bytes: number): void {
    this.#setFact('entries', this.#fact('entries') + entries);
    this.#setFact('bytes', this.#fact('bytes') + bytes);
  }

  #fact(name: string): number {
    return this.#facts.getBinary(Buffer.from(name))?.readDoubleLE() ?? 0;
  }

  #setFact(name: string, number: number): void {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(number);
    this.#facts.put(Buffer.from(name), bytes);
  }
}

/** Returns what an entry takes on the disk, about: values that fill no page share one, the others have their own. */
function costOf(key: Buffer, bytes: Buffer): number {
  const shared = key.length * 3 + 60;
  if (key.length + bytes.length < 2000) return (shared + bytes.length) * SLACK;
  return shared * SLACK + ceil((bytes.length + 24) / PAGE) * PAGE;
}

/** What shared pages take, beside what is in them: LMDB merges two only when three quarters of one are empty. */
const SLACK = 2.3;

const NOTE_AFTER = 512;
const NOTED_MOST = 20_000;
/** The largest end that the table of ends can have. */
const MOST_END = 2 ** 53;
