import type { CallStats } from '../definition/stats.js';

/**
 * The protocol between `memokit top` and a program. A connection has one request, which is a line, and one answer, which is
 * a line of JSON: a snapshot or a refusal. Then the program closes the connection.
 */

/** The version of the protocol. */
export const VERSION = 1;

/** The most bytes of a request, its end of line included. */
export const LONGEST_REQUEST = 256;

/** The milliseconds after which a connection is closed, whether its answer has been read or not. */
export const LONGEST_EXCHANGE = 5000;

/** Returns the request for a snapshot. A program on a loopback port asks for the token of its file. */
export function requestFor(token?: string): string {
  return `memokit top ${VERSION}${token === undefined ? '' : ` ${token}`}\n`;
}

/** What a program shows: names and counts, and never a key or a value. */
export interface Snapshot {
  readonly version: typeof VERSION;
  /** What `memokit top` is given to find the program. */
  readonly id: string;
  readonly pid: number;
  /** The name of the program's file. */
  readonly title: string;
  /** The milliseconds since the program has started. */
  readonly uptime: number;
  readonly caches: readonly CacheRow[];
}

/** What a program shows of one decorated method or memoized function. */
export interface CacheRow {
  readonly name: string;
  /** Whether all receivers share one cache. */
  readonly isShared: boolean;
  /** The receivers that have loaded since the program was exposed and still exist; `null` if it is not known. */
  readonly receivers: number | null;
  /** The entries of the shared cache, or of all these receivers; `null` if it is not known. */
  readonly entries: number | null;
  /** The capacity of the shared cache; `null` if there is none, or no bound. */
  readonly capacity: number | null;
  readonly stats: Readonly<Omit<CallStats, 'minus'>>;
}

/** Why a program refuses a request. */
export type RefusalCode = 'too-long' | 'too-slow' | 'unknown-request' | 'other-version' | 'wrong-token';

export interface Refusal {
  readonly version: typeof VERSION;
  readonly refused: RefusalCode;
  readonly message: string;
}
