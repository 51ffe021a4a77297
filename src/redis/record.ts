import { floor, max, min } from '../platform.js';
import type { NewEntry, StoredEntry, StoreKey } from '../store/store.js';

/** The longest that the server keeps anything: 365 days. */
export const LONGEST_TTL = 365 * 86_400_000;

/** The milliseconds for which the server keeps an entry, from 1. */
export function keptFor(ttl: number): number {
  return min(max(1, floor(ttl)), LONGEST_TTL);
}

/** The ttl as entries have it. 0 stands for no end. */
export function ttlText(ttl: number): string {
  return ttl === Infinity ? '0' : `${min(max(1, floor(ttl)), 2 ** 53)}`;
}

/** Returns the part of an entry that the client writes. It is a copy. */
export function encodeRest(marks: readonly string[], key: StoreKey, { tags, value }: NewEntry): Uint8Array {
  const head = new TextEncoder().encode(`${marks.join('\t')}\n${JSON.stringify([key.namespace, key.key, ...tags])}\n`);
  const rest = new Uint8Array(head.length + value.length);
  rest.set(head);
  rest.set(value, head.length);
  return rest;
}

/**
 * Returns the entry in bytes that the server found whole; `undefined` for those of another key, and for any that are not an
 * entry.
 */
export function decodeRecord(bytes: Uint8Array, key: StoreKey, state: string, now: number): StoredEntry | undefined {
  const ends = [bytes.indexOf(LINE)];
  ends.push(bytes.indexOf(LINE, ends[0]! + 1));
  ends.push(bytes.indexOf(LINE, ends[1]! + 1));
  const [, , token, stored, ttl] = textOf(bytes.subarray(0, ends[0])).split(' ');
  try {
    const [namespace, text, ...tags] = JSON.parse(textOf(bytes.subarray(ends[1]! + 1, ends[2])));
    if (namespace !== key.namespace || text !== key.key) return undefined;
    const age = max(0, now - Number(stored));
    const left = ttl === '0' ? Infinity : Number(ttl) - age;
    if (token === undefined || !(left > 0)) return undefined;
    return { value: bytes.subarray(ends[2]! + 1), age, left, tags, token, isExpired: state !== '1' };
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const decoder = /* @__PURE__ */ new TextDecoder();
const LINE = 10;
