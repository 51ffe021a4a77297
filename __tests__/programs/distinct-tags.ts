import { cacheOf, invalidateTags, memoize } from 'memokit';
import { collect } from '../support/collect.js';

/**
 * Prints by how many megabytes 200,000 results, each with a different tag, and 200,000 invalidations of other tags grow
 * the heap. Needs --expose-gc.
 */
const row = memoize((id: number) => id, { capacity: 1000, tags: (id) => [`row ${id}`] });

function use(from: number, to: number): void {
  for (let id = from; id < to; id++) {
    row(id);
    invalidateTags(`other ${id}`);
  }
}

async function heap(): Promise<number> {
  await collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

use(0, 50_000);
const before = await heap();
use(50_000, 250_000);
const grown = (await heap()) - before;
console.log(JSON.stringify({ gc: typeof globalThis.gc, grown, size: cacheOf(row).size }));
