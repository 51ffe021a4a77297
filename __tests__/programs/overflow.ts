/**
 * Uses caches while the stack overflows, many times and at varying depths. Prints whether the caches are still
 * consistent.
 */
import { LruCache } from 'memokit';

let wrong = 0;
let most = 0;
let overflows = 0;
for (const capacity of [8, 20, 100, 130]) {
  for (let round = 0; round < 60; round++) {
    const cache = new LruCache<number, number>({ capacity });
    let n = 0;
    for (let i = 0; i < round % 20; i++) cache.set(n, n++);
    const dive = () => {
      try {
        dive();
      } catch {}
      try {
        cache.set(n, n++);
      } catch {
        overflows++;
      }
      try {
        cache.get((n * 7) % (n + 1));
      } catch {
        overflows++;
      }
    };
    const from = (depth: number): void => (depth > 0 ? from(depth - 1) : dive());
    try {
      from(round % 13);
    } catch {}
    most = Math.max(most, [...cache.keys()].length - capacity);
    for (const [key, value] of cache) if (key !== value) wrong++;
  }
}
console.log(JSON.stringify({ wrong, most, overflows }));
