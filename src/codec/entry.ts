import { isPromise, nativePromise } from '../promise.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { Codec, SyncCodec } from './codec.js';
import { UnreadableError } from './codec-error.js';
import { crc32 } from './crc32.js';
import { fits, type Schema } from './schema.js';

/** What stands before the value of a stored entry. Times are in milliseconds of the wall clock. */
export interface EntryHeader {
  /** When the entry was stored. */
  readonly storedAt: number;
  /** When the entry ends; `Infinity` for never. */
  readonly expiresAt: number;
  /** When the entry becomes stale; `Infinity` for never. */
  readonly softExpiresAt: number;
  /** How long the load took. */
  readonly loadDuration: number;
  /** The number of the last invalidation of tags that the load knew of. */
  readonly tagClock: number;
  readonly tags: readonly string[];
  /**
   * Whether the cached method returned a promise of the value, so that a reader can answer in the same way before it has
   * called the method.
   */
  readonly isPromised: boolean;
  /** The whole key, where the store has only a hash of it. A codec that encrypts binds the value to it. */
  readonly key?: string;
}

/**
 * Why stored bytes give no value. They were written by a `newer` or `older` version of memokit, are `foreign`, that is, no
 * entry at all, or are `damaged` or cut; another `codec` wrote them; the codec finds them `unreadable`, for example because
 * a class or an encryption key is missing; or the value is `invalid` under the schema.
 */
export type Unreadable = 'newer' | 'older' | 'foreign' | 'damaged' | 'codec' | 'unreadable' | 'invalid';

/** What stored bytes give: the header with the value, or the reason why there is none. */
export type DecodedEntry =
  | { readonly header: EntryHeader; readonly value: unknown; readonly miss?: undefined }
  | { readonly miss: Unreadable; readonly error?: unknown };

/** The first bytes of each entry: 'memo', the version of the format, and the check sum of all that follows. */
const MAGIC = 0x6f_6d_65_6d;
const FORMAT = 1;
const PREFIX = 9;

/** The bits of the byte that stands after the tags. */
const HAS_KEY = 1;
const IS_PROMISED = 2;

interface Envelope {
  readonly header: EntryHeader;
  readonly codec: string;
  /** The bytes of the header, to which a codec that encrypts binds the value. */
  readonly bound: Uint8Array;
  readonly value: Uint8Array;
}

/** Encodes an entry: a header, a check sum and the value. @throws CodecError, or rejects with it, as the codec does. */
export function encodeEntry(codec: SyncCodec, header: EntryHeader, value: unknown): Uint8Array;
export function encodeEntry(codec: Codec, header: EntryHeader, value: unknown): Uint8Array | Promise<Uint8Array>;
export function encodeEntry(codec: Codec, header: EntryHeader, value: unknown): Uint8Array | Promise<Uint8Array> {
  const bound = headerBytes(codec.name, header);
  const encoded = codec.encode(value, bound);
  if (!isPromise(encoded)) return envelope(bound, encoded);
  return (nativePromise(encoded) as Promise<Uint8Array>).then((bytes) => envelope(bound, bytes));
}

function headerBytes(codec: string, header: EntryHeader): Uint8Array {
  const out = new ByteWriter();
  out.text(codec);
  for (const name of ['storedAt', 'expiresAt', 'softExpiresAt', 'loadDuration', 'tagClock'] as const) {
    out.float(header[name]);
  }
  out.count(header.tags.length);
  for (const tag of header.tags) out.text(tag);
  out.byte((header.key === undefined ? 0 : HAS_KEY) + (header.isPromised ? IS_PROMISED : 0));
  if (header.key !== undefined) out.text(header.key);
  return out.finish();
}

function envelope(bound: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX + 4 + bound.length + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  bytes[4] = FORMAT;
  view.setUint32(PREFIX, bound.length, true);
  bytes.set(bound, PREFIX + 4);
  bytes.set(value, PREFIX + 4 + bound.length);
  view.setUint32(5, crc32(bytes, PREFIX), true);
  return bytes;
}

/** Returns the header of stored bytes without decoding the value, or the reason why they cannot be read. Never throws. */
export function readHeader(bytes: Uint8Array): (EntryHeader & { readonly codec: string }) | Unreadable {
  const opened = open(bytes);
  return typeof opened === 'string' ? opened : { ...opened.header, codec: opened.codec };
}

function open(bytes: Uint8Array): Envelope | Unreadable {
  if (bytes.length < PREFIX || uint32(bytes, 0) !== MAGIC) return 'foreign';
  const format = bytes[4]!;
  if (format !== FORMAT) return format > FORMAT ? 'newer' : 'older';
  if (uint32(bytes, 5) !== crc32(bytes, PREFIX)) return 'damaged';
  try {
    return parts(bytes);
  } catch {
    // Bytes with a right check sum that are no header: a program wrote them that is not memokit.
    return 'foreign';
  }
}

/** A view would take longer to make than these few bytes to read. */
function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function parts(bytes: Uint8Array): Envelope {
  const start = PREFIX + 4;
  const end = start + uint32(bytes, PREFIX);
  if (end > bytes.length) throw new UnreadableError('the header ends too early');
  const from = new ByteReader(bytes, start, end);
  const codec = from.text();
  const storedAt = from.float();
  const expiresAt = from.float();
  const softExpiresAt = from.float();
  const loadDuration = from.float();
  const tagClock = from.float();
  const tags: string[] = [];
  for (let count = from.members(); count > 0; count--) tags.push(from.text());
  const flags = from.byte();
  const isPromised = (flags & IS_PROMISED) > 0;
  const header: EntryHeader = { storedAt, expiresAt, softExpiresAt, loadDuration, tagClock, tags, isPromised };
  if (flags & HAS_KEY) (header as { key?: string }).key = from.text();
  return { header, codec, bound: bytes.subarray(start, end), value: bytes.subarray(end) };
}

/**
 * Decodes stored bytes. Bytes that cannot be read, and a value that does not fit the schema, give the reason. Never throws,
 * and its promise never rejects.
 */
export function decodeEntry(codec: SyncCodec, bytes: Uint8Array): DecodedEntry;
export function decodeEntry(codec: Codec, bytes: Uint8Array, check?: Schema): DecodedEntry | Promise<DecodedEntry>;
export function decodeEntry(codec: Codec, bytes: Uint8Array, check?: Schema): DecodedEntry | Promise<DecodedEntry> {
  const opened = open(bytes);
  if (typeof opened === 'string') return { miss: opened };
  if (opened.codec !== codec.name) return { miss: 'codec' };
  const unreadable = (error: unknown): DecodedEntry => ({ miss: 'unreadable', error });
  const { header } = opened;
  const checked = (value: unknown): DecodedEntry | Promise<DecodedEntry> => {
    const isValid = check === undefined || fits(check, value);
    const entry = (valid: boolean): DecodedEntry => (valid ? { header, value } : { miss: 'invalid' });
    return typeof isValid === 'boolean' ? entry(isValid) : isValid.then(entry);
  };
  try {
    const value = codec.decode(opened.value, opened.bound);
    return isPromise(value) ? nativePromise(value).then(checked).catch(unreadable) : checked(value);
  } catch (error) {
    return unreadable(error);
  }
}
