/** Fills a cache with 60 keys of half a megabyte each, and prints how many it holds. */
import { cacheOf, memoize } from 'memokit';

const find = memoize((_body: unknown) => 1, { capacity: 128 });
for (let i = 0; i < 60; i++) find(Array.from({ length: 30_000 }, (_, k) => `item ${i} ${k}`));
console.log(cacheOf(find).size);
