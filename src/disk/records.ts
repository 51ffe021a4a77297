import { createHash } from 'node:crypto';
import { floor } from '../platform.js';
import type { EntryRecord, LeaseRecord } from '../store/engine.js';

/**
 * The records of the tables as bytes. Returns the key of a name: its text, or a hash if it is long. A transaction asks for one
 * key several times in turn, so the last is remembered.
 */
export function keyOfName(name: string): Buffer {
  if (name !== lastName) {
    lastKey = newKey(name);
    lastName = name;
  }
  return lastKey;
}

let lastName: string | undefined;
let lastKey: Buffer;

function newKey(name: string): Buffer {
  const key = Buffer.from(TEXT + name);
  // Two texts with halves of characters may have the same bytes, so they are hashed from what they have in memory.
  if (key.length <= MOST_KEY_BYTES && (name as { isWellFormed?(): boolean }).isWellFormed?.()) return key;
  return Buffer.concat([HASH, createHash('sha256').update(Buffer.from(name, 'utf16le')).digest()]);
}

/** An entry and its place in the order of eviction. */
export interface StoredRecord extends EntryRecord {
  readonly place: number;
}

/** Writes an entry. The bytes have the whole name if the key is a hash. */
export function encodeEntry(key: Buffer, name: string, record: StoredRecord): Buffer {
  const { value, token, tags } = record;
  const isHash = key[0] === HASH[0];
  // A token is of letters and digits.
  const isPlain = !isHash && tags.length === 0;
  const about = Buffer.from(isPlain ? token : JSON.stringify([token, tags, ...(isHash ? [name] : [])]));
  const bytes = Buffer.allocUnsafe(HEAD + about.length + value.length);
  bytes[0] = VERSION;
  bytes[1] = record.isExpired ? 1 : 0;
  bytes.writeDoubleLE(record.storedAt, 2);
  bytes.writeDoubleLE(record.endsAt, 10);
  bytes.writeDoubleLE(record.clock, 18);
  bytes.writeDoubleLE(record.place, 26);
  bytes.writeUInt32LE(about.length, 34);
  bytes.set(about, HEAD);
  bytes.set(value, HEAD + about.length);
  return bytes;
}

/** Reads an entry. Returns `undefined` if the bytes are of another name, or are none that `encodeEntry` writes. */
export function decodeEntry(key: Buffer, name: string, bytes: Buffer): StoredRecord | undefined {
  if (!isEntry(bytes)) return undefined;
  const start = HEAD + bytes.readUInt32LE(34);
  if (start > bytes.length) return undefined;
  let about: [string, string[], string?];
  try {
    about =
      bytes[HEAD] === BRACKET
        ? JSON.parse(bytes.toString('utf8', HEAD, start))
        : [bytes.toString('latin1', HEAD, start), []];
  } catch {
    return undefined;
  }
  const [token, tags, whole] = about;
  if (key[0] === HASH[0] && whole !== name) return undefined;
  return {
    value: new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start),
    storedAt: bytes.readDoubleLE(2),
    endsAt: endOf(bytes),
    clock: bytes.readDoubleLE(18),
    place: placeOf(bytes),
    token,
    tags,
    isExpired: bytes[1] === 1,
  };
}

/** Returns the name of an entry, from its key and its bytes. */
export function nameOfEntry(key: Buffer, bytes: Buffer): string | undefined {
  if (key[0] !== HASH[0]) return key.toString('utf8', 1);
  try {
    const [, , name] = JSON.parse(bytes.toString('utf8', HEAD, HEAD + bytes.readUInt32LE(34)));
    return name;
  } catch {
    return undefined;
  }
}

/** The time at which an entry was filled, from its bytes. */
export function storedAtOf(bytes: Buffer): number {
  return bytes.readDoubleLE(2);
}

/** Whether bytes have the end and the place of an entry. */
export function isEntry(bytes: Buffer): boolean {
  return bytes.length >= HEAD && bytes[0] === VERSION;
}

/** The end of an entry, from its bytes. */
export function endOf(bytes: Buffer): number {
  return bytes.readDoubleLE(10);
}

/** The place of an entry in the order of eviction, from its bytes. */
export function placeOf(bytes: Buffer): number {
  return bytes.readDoubleLE(26);
}

export function encodeLease({ token, since, until }: LeaseRecord): Buffer {
  const bytes = Buffer.allocUnsafe(LEASE_HEAD + token.length);
  bytes.writeDoubleLE(since, 0);
  bytes.writeDoubleLE(until, 8);
  bytes.write(token, LEASE_HEAD, 'latin1');
  return bytes;
}

export function decodeLease(bytes: Buffer): LeaseRecord {
  const token = bytes.toString('latin1', LEASE_HEAD, bytes.length);
  return { token, since: bytes.readDoubleLE(0), until: bytes.readDoubleLE(8) };
}

/** Returns numbers as bytes that sort as the numbers do. */
export function encodeNumbers(...numbers: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(8 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeBigUInt64BE(BigInt(floor(number)), 8 * index);
  return bytes;
}

export function decodeNumber(bytes: Buffer, index = 0): number {
  return Number(bytes.readBigUInt64BE(8 * index));
}

/** The first byte of a key: whether the rest is the text or its hash. */
const TEXT = '\0';
const HASH = Buffer.of(1);
/** LMDB takes keys of up to 1978 bytes. Shorter ones keep its tree flat. */
const MOST_KEY_BYTES = 480;
const VERSION = 1;
/** With which JSON begins. */
const BRACKET = 0x5b;
/** The bytes before the token of a lease, which is ASCII. */
const LEASE_HEAD = 16;
/** The bytes before the texts of an entry. */
const HEAD = 38;
