import { existsSync } from 'node:fs';
import { open } from 'lmdb';
import { create, max, min, round, valuesOf } from '../platform.js';
import { namespaceOf } from '../store/names.js';
import { costOfEntry } from './cost.js';
import { dataFile, PAGE } from './directory.js';
import { decodeNumber, isEntry, keyOfName, nameOfEntry, storedAtOf } from './records.js';
import type { Table } from './table.js';

/** What a store has of one namespace. */
export interface NamespaceInfo {
  readonly namespace: string;
  readonly entries: number;
  /** What they take on the disk, about. */
  readonly bytes: number;
  /** The times at which the first and the last of them were filled, in milliseconds. */
  readonly oldest: number;
  readonly newest: number;
  /** How often they were read, about: processes that were killed have not told all of it. */
  readonly hits: number;
}

/** Lists the namespaces of a store, by name. Changes nothing. Entries that have ended and were not removed yet count. O(entries). */
export async function inventoryOf(directory: string): Promise<NamespaceInfo[]> {
  if (!existsSync(dataFile(directory))) return [];
  const options = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open(directory, { ...options, readOnly: true, maxDbs: 12, pageSize: PAGE, noSubdir: false });
  const found: Record<string, NamespaceInfo> = create(null);
  try {
    const [entries, hits] = ['entries', 'hits'].map((name): Table => root.openDB(name, options)) as [Table, Table];
    for (const { key, value } of entries.getRange()) {
      const name = isEntry(value) ? nameOfEntry(key, value) : undefined;
      if (name === undefined) continue;
      const namespace = namespaceOf(name);
      const storedAt = storedAtOf(value);
      const { entries, bytes, oldest, newest } = found[namespace] ?? EMPTY;
      found[namespace] = {
        namespace,
        entries: entries + 1,
        bytes: bytes + costOfEntry(key, value),
        oldest: min(oldest, storedAt),
        newest: max(newest, storedAt),
        hits: 0,
      };
    }
    return valuesOf(found)
      .map((info) => {
        const count = hits.getBinary(keyOfName(info.namespace));
        return { ...info, bytes: round(info.bytes), hits: count ? decodeNumber(count) : 0 };
      })
      .sort((one, other) => (one.namespace < other.namespace ? -1 : 1));
  } finally {
    await root.close();
  }
}

const EMPTY = { entries: 0, bytes: 0, oldest: Infinity, newest: -Infinity };
