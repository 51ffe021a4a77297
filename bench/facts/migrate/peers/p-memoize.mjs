import pMemoizeBy, { pMemoizeClear } from 'p-memoize';
import { cacheOf, memoize } from '../../../../dist/index.js';
import { assert, counted, equal, row, time } from '../row.mjs';

export const pMemoize = {
  name: 'p-memoize',
  cases: [
    row({
      there: '`pMemoize(fn)`',
      does: 'The first argument alone is the key, an object by identity.',
      memokit: '`memoize(fn)`: all arguments count, objects by content.',
      async peer() {
        const add = pMemoizeBy(async (a, b) => a + b);
        equal(await add(1, 2), 3, await add(1, 5), 3);
        const area = counted(async ({ w, h }) => w * h);
        const memoized = pMemoizeBy(area);
        equal(await memoized({ w: 2, h: 3 }), 6, await memoized({ w: 2, h: 3 }), 6, area.runs, 2);
      },
      async ours() {
        const add = memoize(async (a, b) => a + b);
        equal(await add(1, 2), 3, await add(1, 5), 6);
        const area = counted(async ({ w, h }) => w * h);
        const memoized = memoize(area);
        equal(await memoized({ w: 2, h: 3 }), 6, await memoized({ w: 2, h: 3 }), 6, area.runs, 1);
      },
    }),
    row({
      there: '`cache: new ExpiryMap(1000)`',
      does: 'There is no option for a time to live: the cache that you bring has one.',
      memokit: '`ttl: 1000`.',
      async peer() {
        const fn = counted(async (id) => id);
        const memoized = pMemoizeBy(fn, { maxAge: 0 });
        await memoized(1);
        await memoized(1);
        equal(fn.runs, 1);
      },
      async ours() {
        const clock = time();
        const fn = counted(async (id) => id);
        const memoized = memoize(fn, { ttl: 1000, clock });
        await memoized(1);
        clock.at += 999;
        await memoized(1);
        equal(fn.runs, 1);
        clock.at += 1;
        await memoized(1);
        equal(fn.runs, 2);
      },
    }),
    row({
      there: '`cache: false`',
      does: 'Calls that overlap share a load, and nothing is stored.',
      memokit: '`when: () => false`.',
      peer: () => sharesOnly((fn) => pMemoizeBy(fn, { cache: false })),
      ours: () => sharesOnly((fn) => memoize(fn, { when: () => false })),
    }),
    row({
      there: '`shouldCache: (value, { argumentsList }) => …`',
      does: 'It is awaited, so that it may be async.',
      memokit: '`when: (value, ...args) => …`: it decides at once. A promise in its place is refused.',
      async peer() {
        const fn = counted(async (id) => id);
        const memoized = pMemoizeBy(fn, { shouldCache: async (value, { argumentsList: [id] }) => value + id > 2 });
        for (const id of [1, 1, 2, 2]) await memoized(id);
        equal(fn.runs, 3);
      },
      async ours() {
        const fn = counted(async (id) => id);
        const memoized = memoize(fn, { when: (value, id) => value + id > 2 });
        for (const id of [1, 1, 2, 2]) await memoized(id);
        equal(fn.runs, 3);
        await assert.rejects(memoize(async (id) => id, { when: async () => true })(1));
      },
    }),
    row({
      there: 'no `cache`',
      does: 'Every result is kept, in a Map.',
      memokit: '128 results are kept; `capacity` sets another number.',
      async peer() {
        const cache = new Map();
        const memoized = pMemoizeBy(async (id) => id, { cache });
        for (let id = 0; id < 1000; id++) await memoized(id);
        equal(cache.size, 1000);
      },
      async ours() {
        const memoized = memoize(async (id) => id);
        for (let id = 0; id < 1000; id++) await memoized(id);
        equal(cacheOf(memoized).size, 128);
      },
    }),
    row({
      there: '`pMemoizeClear(fn)`',
      does: 'All results go, and those of every function that shares its `cache`.',
      memokit: '`cacheOf(fn).clear()`, or `cacheOf(fn).delete(1)` for the result of `fn(1)`. Functions share no cache.',
      async peer() {
        const cache = new Map();
        const [one, other] = [counted(async (id) => id), counted(async (id) => id)];
        const options = (name) => ({ cache, cacheKey: ([id]) => `${name} ${id}` });
        const [a, b] = [pMemoizeBy(one, options('one')), pMemoizeBy(other, options('other'))];
        for (const call of [a, b]) await call(1);
        pMemoizeClear(a);
        for (const call of [a, b]) await call(1);
        equal(one.runs, 2, other.runs, 2);
      },
      async ours() {
        const [one, other] = [counted(async (id) => id), counted(async (id) => id)];
        const [a, b] = [memoize(one), memoize(other)];
        for (const call of [a, b]) await call(1);
        cacheOf(a).delete(1);
        for (const call of [a, b]) await call(1);
        equal(one.runs, 2, other.runs, 1);
      },
    }),
  ],
};

/** That two calls at once share a load, and a later one loads again. */
async function sharesOnly(memoizeIt) {
  const fn = counted(async (id) => id);
  const memoized = memoizeIt(fn);
  await Promise.all([memoized(1), memoized(1)]);
  equal(fn.runs, 1);
  await memoized(1);
  equal(fn.runs, 2);
}
