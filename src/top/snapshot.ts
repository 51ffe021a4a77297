import { basename } from 'node:path';
import type { CallStats } from '../definition/stats.js';
import { liveDefinitions } from '../memoize/registry.js';
import { round } from '../platform.js';
import type { SharedCache, SharedDefinition } from '../shared-registry.js';
import { type CacheRow, type Snapshot, VERSION } from './protocol.js';
import type { SeenReceivers } from './seen-receivers.js';

/** Makes the snapshot that a program shows. O(definitions + receivers that are counted). */
export function snapshotOf(id: string, seen: SeenReceivers): Snapshot {
  return {
    version: VERSION,
    id,
    pid: process.pid,
    title: basename(process.argv[1] ?? 'node'),
    uptime: round(process.uptime() * 1000),
    caches: liveDefinitions().map((definition) => rowOf(definition, seen)),
  };
}

function rowOf(definition: SharedDefinition, seen: SeenReceivers): CacheRow {
  const { name, sharedCache } = definition;
  const stats = definition.stats() as CallStats;
  if (sharedCache !== undefined) {
    const capacity = sharedCache.entries.capacity;
    return { name, isShared: true, receivers: null, entries: entriesOf([sharedCache]), capacity, stats };
  }
  const caches = seen.of(definition);
  const entries = caches === undefined ? null : entriesOf(caches);
  return { name, isShared: false, receivers: caches?.length ?? null, entries, capacity: null, stats };
}

/** Returns the number of entries of caches; `null` where a clock of the program's own throws. */
function entriesOf(caches: readonly SharedCache[]): number | null {
  try {
    let sum = 0;
    for (const cache of caches) {
      cache.clearIfOutdated();
      sum += cache.entries.size;
    }
    return sum;
  } catch {
    return null;
  }
}
