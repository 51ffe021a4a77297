import { caches, memoize } from 'memokit';

/** Prints how many of 10,000 memoized functions are still listed after they were dropped. Needs --expose-gc. */
const kept = memoize((n: number) => n, { name: 'kept' });
for (let i = 0; i < 10_000; i++) memoize((n: number) => n + i)(1);
for (let round = 0; round < 5; round++) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc?.();
}
kept(1);
console.log(JSON.stringify({ gc: typeof globalThis.gc, listed: caches().map(({ name }) => name) }));
