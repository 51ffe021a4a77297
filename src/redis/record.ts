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

/** An entry as it is on the server, which the state of its marks may have ended. */
export interface ServerRecord {
  readonly state: string;
  /** The clock when the lease of its load was given. */
  readonly clock: number;
  readonly token: string;
  /** When it was stored, in milliseconds. */
  readonly stored: number;
  readonly ttl: number;
  /** The names of its marks, with tabs between. */
  readonly marks: string;
  readonly tags: readonly string[];
  readonly value: Uint8Array;
}

/** Returns the record in bytes of the server; `undefined` for those of another key, and for any that are no entry. */
export function readRecord(bytes: unknown, key: StoreKey): ServerRecord | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  const first = bytes.indexOf(LINE);
  const end = bytes.indexOf(LINE, bytes.indexOf(LINE, first + 1) + 1);
  const found = HEAD.exec((bytes as ServerBytes).toString('utf8', 0, end));
  if (found === null) return undefined;
  const [, state, clock, token, stored, ttl, size, marks, names] = found as unknown as string[];
  const tags = tagsOf(names!, key);
  if (tags === undefined || bytes.length - first - 1 !== Number(size)) return undefined;
  return {
    state: state!,
    clock: Number(clock),
    token: token!,
    stored: Number(stored),
    ttl: ttl === '0' ? Infinity : Number(ttl),
    marks: marks!,
    tags,
    // A plain one, and made faster than a Buffer's part.
    value: new Uint8Array(bytes.buffer, bytes.byteOffset + end + 1, bytes.length - end - 1),
  };
}

/** Returns the state that its marks leave a record: 1, x if it was expired, and '' if it was removed. */
export function stateOf({ state, clock, marks }: ServerRecord, known: ReadonlyMap<string, Mark>): string {
  let result = state;
  // Most have the mark of their namespace alone, which takes no list.
  for (const name of known.has(marks) ? [marks] : marks.split('\t')) {
    const { removed, expired } = known.get(name)!;
    if (removed > clock) return '';
    if (expired > clock) result = 'x';
  }
  return result;
}

/** Returns the entry of a record at a time of the server in milliseconds; `undefined` if it has ended or was removed. */
export function entryOf(
  { value, tags, token, ttl, stored }: ServerRecord,
  state: string,
  now: number,
): StoredEntry | undefined {
  const age = max(0, now - stored);
  const left = ttl - age;
  return left > 0 && state !== '' ? { value, age, left, tags, token, isExpired: state !== '1' } : undefined;
}

/** Returns the tags in the line with the names of an entry; `undefined` if they are not those of the key. */
function tagsOf(names: string, { namespace, key }: StoreKey): readonly string[] | undefined {
  if (names === JSON.stringify([namespace, key])) return [];
  try {
    const [itsNamespace, itsKey, ...tags] = JSON.parse(names);
    return itsNamespace === namespace && itsKey === key ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a mark: the clock at its last removal and at its last expiry. One that is missing has removed everything. */
export function readMark(bytes: unknown): Mark {
  const found = bytes instanceof Uint8Array ? /^(\d+):(\d+)$/.exec((bytes as ServerBytes).toString('utf8')) : null;
  return found ? { removed: Number(found[1]), expired: Number(found[2]) } : { removed: Infinity, expired: 0 };
}

export interface Mark {
  readonly removed: number;
  readonly expired: number;
}

/** The clients give bytes as Node has them, whose `toString` is much faster than a decoder. */
interface ServerBytes extends Uint8Array {
  toString(encoding?: string, start?: number, end?: number): string;
}

const LINE = 10;
const HEAD = /^([1x]) (\d+) (\S+) (\d+) (\d+) (\d+)\n([^\n]+)\n([^\n]+)$/;
