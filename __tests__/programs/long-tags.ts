import { invalidateTags } from 'memokit';
import { collect } from '../support/collect.js';

/**
 * Prints by how many megabytes the heap has grown after 9,000 invalidations of different tags, though nothing is cached:
 * with tags of 9,000 characters, and with short tags that are slices of texts of 9,000 characters. Needs --expose-gc.
 */
async function heap(): Promise<number> {
  await collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

async function growth(tagOf: (text: string) => string): Promise<number> {
  // The log forgets all tags of the run before.
  for (let i = 0; i <= 10_000; i++) invalidateTags(`other ${i}`);
  const before = await heap();
  for (let i = 0; i < 9_000; i++) invalidateTags(tagOf(JSON.stringify(`${i} `.padEnd(9_000, 'tag '))));
  return (await heap()) - before;
}

const long = await growth((text) => text);
const sliced = await growth((text) => text.slice(1, 40));
console.log(JSON.stringify({ gc: typeof globalThis.gc, long, sliced }));
