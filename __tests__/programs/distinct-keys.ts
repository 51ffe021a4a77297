import { keyOf, LruCache, memoize } from 'memokit';

/** Prints by how many megabytes 2 million distinct keys of every kind grow the heap. Needs --expose-gc. */
const memoized = memoize((...args: unknown[]) => args.length, { capacity: 1000, ttl: 60_000 });
const cache = new LruCache<unknown, number>({ capacity: 1000, ttl: 60_000 });

function use(from: number, to: number): void {
  for (let i = from; i < to; i++) {
    memoized(i);
    cache.set(`key ${i}`, i);
    switch (i % 5) {
      case 0:
        memoized(i, `text ${i}`);
        break;
      case 1:
        memoized({ id: i });
        break;
      case 2:
        memoized(() => i, i);
        break;
      case 3:
        memoized(Symbol('unique'), i);
        break;
      default:
        keyOf([new (class {})(), i]);
    }
  }
}

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

use(0, 100_000);
const before = await heap();
use(100_000, 2_100_000);
console.log(JSON.stringify({ gc: typeof globalThis.gc, grown: (await heap()) - before, size: cache.size }));
