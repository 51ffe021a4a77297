import { ceil } from '../platform.js';
import { PAGE } from './directory.js';

/** Returns what a row takes on the disk, about: values that fill no page share one, the others have pages for themselves. */
export function costOf(key: Uint8Array, bytes: Uint8Array): number {
  if (key.length + bytes.length < 2000) return (key.length + bytes.length + 20) * SLACK;
  return (key.length + 20) * SLACK + ceil((bytes.length + 24) / PAGE) * PAGE;
}

/** Returns what an entry takes, about, with its rows in the tables of the order and of the ends. */
export function costOfEntry(key: Uint8Array, bytes: Uint8Array): number {
  return costOf(key, bytes) + (2 * key.length + 40) * SLACK;
}

/** What shared pages take, beside what is in them: LMDB merges two only when three quarters of one are empty. */
const SLACK = 2.3;
