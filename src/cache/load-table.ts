import type { CallKey } from '../key/call-key.js';
import { Loads } from '../lru/single-flight.js';
import type { CallLoad } from './call-load.js';
import { InFlight } from './loads-in-flight.js';

/** A load table: the loads in flight of one cache. It is borrowed, as most caches have none for most of the time. */
export type LoadTable = Loads<CallKey, CallLoad>;

export function borrowTable(): LoadTable {
  const table = spare ?? new Loads(new InFlight());
  spare = undefined;
  return table;
}

/** Takes a table back once nothing is in flight. Returns what its borrower still has. */
export function returnTable(table: LoadTable | undefined): LoadTable | undefined {
  if (!table?.isIdle) return table;
  spare = table;
  return undefined;
}

let spare: LoadTable | undefined;
