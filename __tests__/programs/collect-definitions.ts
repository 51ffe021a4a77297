import { caches, memoize } from 'memokit';
import { collect } from '../support/collect.js';

/**
 * Prints which of 100,000 memoized functions are still listed after they were dropped, and by how many megabytes they
 * have grown the heap. Needs --expose-gc.
 */
const kept = memoize((n: number) => n, { name: 'kept' });

async function makeAndDrop(count: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    memoize((n: number) => n + i)(1);
    // A weak reference keeps its target alive until the job that created it has ended.
    if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const before = await makeAndDrop(5000);
const grown = (await makeAndDrop(100_000)) - before;
kept(1);
console.log(JSON.stringify({ gc: typeof globalThis.gc, grown, listed: caches().map(({ name }) => name) }));
