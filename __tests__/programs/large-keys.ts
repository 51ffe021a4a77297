/**
 * Prints how much memory a cache of large keys takes, as a multiple of what a Map takes whose keys are the same arguments as
 * JSON. Needs --expose-gc.
 */
import { memoize } from 'memokit';

const KEYS = 9;
const list = <T>(length: number, make: (k: number) => T) => Array.from({ length }, (_, k) => make(k));

/** Bodies of about half a megabyte. */
const shapes: Record<string, (i: number) => unknown> = {
  objects: (i) => list(6_000, (k) => ({ id: i * 1e5 + k, name: `row ${i} ${k}`, price: k / 4, tags: ['a', 'b'] })),
  numbers: (i) => list(75_000, (k) => (k * 7919 + i) % 1_000_000),
  fractions: (i) => list(27_000, (k) => (k * 7919 + i) * 1.00001),
  strings: (i) => list(30_000, (k) => `item ${i} ${k}`),
  nested: (i) => list(3_000, (k) => k).reduce((next: unknown, k) => ({ next, name: `node ${i} ${k}`.padEnd(120) }), i),
};

async function heap(): Promise<number> {
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/** Calls a function for each body, and returns by how many bytes the heap has grown for each of the last ones. */
async function grown(make: (i: number) => unknown, use: (body: unknown) => unknown): Promise<number> {
  // The engine's own caches grow with the first ones.
  for (let i = 0; i < 3; i++) use(make(i));
  const before = await heap();
  for (let i = 3; i < KEYS; i++) use(make(i));
  return (await heap()) - before;
}

const ratios: Record<string, number> = {};
for (const [shape, make] of Object.entries(shapes)) {
  const texts = new Map<string, number>();
  const asText = await grown(make, (body) => texts.set(Buffer.from(JSON.stringify(body)).toString('latin1'), 1));
  const find = memoize((_body: unknown) => 1, { capacity: KEYS });
  const asKeys = await grown(make, find);
  if (typeof globalThis.gc !== 'function' || texts.size !== KEYS || find(make(0)) !== 1)
    throw new Error('an entry or the collector is missing');
  ratios[shape] = asKeys / asText;
}
console.log(JSON.stringify(ratios));
