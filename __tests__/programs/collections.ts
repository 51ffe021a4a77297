/**
 * Makes loads of every kind, with a full garbage collection after each round, when none of them is alive. Run with
 * `--trace-deopt`, the engine prints which machine code a collection threw away.
 */
import { LruCache, memoize } from 'memokit';

const SIZE = 2000;
const ROUNDS = 12;

const options = { capacity: 100 };
const lasting = { ...options, ttl: 1, staleIfError: 60_000 };
const bare = memoize((n: number) => n + 1, options);
const pair = memoize((a: number, b: string) => a + b.length, options);
const decided = memoize((n: number) => n + 1, { ...options, when: () => true });
const plain = memoize(async (n: number) => n + 1, options);
const lists = memoize(async (n: number, list: readonly number[]) => n + list.length, options);
const resilient = memoize(async (n: number) => n + 1, lasting);
const given = memoize(async (n: number, _signal?: AbortSignal) => n + 1, {
  ...lasting,
  signal: (_n: number, signal?: AbortSignal) => signal,
});
const many = memoize.many(async (keys: readonly number[]) => keys.map((key) => key + 1), options);
const cache = new LruCache<number, number>(options);

let next = 0;
let sum = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < SIZE; i++) {
    const n = next++ * 211;
    sum += bare(n) + pair(n, 'a') + decided(n);
    sum += await plain(n);
    sum += await lists(n, [n]);
    sum += await resilient(n);
    if (process.env.SIGNALS) sum += await given(n, new AbortController().signal);
    sum += await many(n);
    sum += await cache.getOrLoad(n, async (key) => key + 1);
  }
  globalThis.gc!();
  await new Promise((resolve) => setTimeout(resolve));
}
console.log(sum);
