import { fromCharCode, isArray } from '../platform.js';
import type { EntryRecord, MarkRecord } from '../store/engine.js';
import { hexOf } from '../store/hash.js';

/** A record of a key-value engine. `name` is the whole name, as the engine's key may be a hash. */
export type StoredRecord = (EntryRecord | MarkRecord) & { readonly name: string };

/** Returns a record as text: it begins with no sign of JSON, since unstorage parses what looks like JSON. */
export function encodeRecord(record: StoredRecord): string {
  return FORMAT + JSON.stringify('value' in record ? { ...record, value: toBase64(record.value) } : record);
}

/** Returns the record in what an engine gives; `undefined` for anything that `encodeRecord` does not write. */
export function decodeRecord(given: unknown): StoredRecord | undefined {
  if (typeof given !== 'string' || !given.startsWith(FORMAT)) return undefined;
  try {
    const record = JSON.parse(given.slice(FORMAT.length));
    if (!('value' in record)) return isNumber(record.removed) && isNumber(record.expired) ? record : undefined;
    // JSON has no Infinity.
    const { value, tags, endsAt, storedAt, clock } = record;
    const fits = isArray(tags) && isNumber(storedAt) && isNumber(clock) && (endsAt === null || isNumber(endsAt));
    return fits ? { ...record, value: fromBase64(value), endsAt: endsAt ?? Infinity } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the key under which an engine has a name: the name itself if it is short and plain, and otherwise its SHA-256. Two
 * names never have the same key but by a collision of hashes, and a reader compares the name in the record.
 */
export async function engineKeyOf(name: string, plain: RegExp | undefined): Promise<string> {
  if (plain?.test(name)) return `${FORMAT}${name}`;
  // The units of the text, as halves of characters have no UTF-8.
  const units = Uint16Array.from({ length: name.length }, (_, index) => name.charCodeAt(index));
  return `${FORMAT}#${await hexOf('SHA-256', units)}`;
}

/** Whether a part of a record is a finite number. A mark without one would count as never set. */
function isNumber(given: unknown): boolean {
  return typeof given === 'number' && given - given === 0;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In parts, since a function takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += PART) text += fromCharCode(...bytes.subarray(at, at + PART));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

/** The beginning of each record and key, with the number of the format. */
const FORMAT = 'memokit1.';
const PART = 8192;
