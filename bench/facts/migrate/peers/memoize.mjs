import memoizeBy, { memoizeClear, memoizeDecorator } from 'memoize';
import { cached, cacheOf, memoize as memokit } from '../../../../dist/index.js';
import { compile } from '../../service.mjs';
import { assert, counted, equal, row, time, withDate } from '../row.mjs';

const DECORATED = `export default (decorator) => {
  class Service { runs = 0; @decorator get() { return ++this.runs; } }
  return new Service();
};`;

export const memoize = {
  name: 'memoize',
  cases: [
    row({
      there: '`memoize(fn)` of several arguments',
      does: 'The first argument alone is the key: `add(1, 5)` gives what `add(1, 2)` gave.',
      memokit: '`memoize(fn)`: all arguments count.',
      peer() {
        const add = memoizeBy((a, b) => a + b);
        equal(add(1, 2), 3, add(1, 5), 3);
      },
      ours() {
        const add = memokit((a, b) => a + b);
        equal(add(1, 2), 3, add(1, 5), 6);
      },
    }),
    row({
      there: '`cacheKey: JSON.stringify`',
      does: '`undefined` is `null` in a list, a `Date` is its text, all Maps are `{}`, and the order of keys counts.',
      memokit: 'No `cacheKey`: each of these is compared by content, with its type.',
      peer() {
        const typeOf = memoizeBy((value) => `${value}`, { cacheKey: JSON.stringify });
        equal(typeOf(undefined), 'undefined', typeOf(null), 'undefined');
        const size = memoizeBy((map) => map.size, { cacheKey: JSON.stringify });
        equal(size(new Map([[1, 2]])), 1, size(new Map()), 1);
        const kind = memoizeBy((value) => typeof value, { cacheKey: JSON.stringify });
        equal(kind(new Date(0)), 'object', kind(new Date(0).toJSON()), 'object');
        const area = counted(({ w, h }) => w * h);
        const memoized = memoizeBy(area, { cacheKey: JSON.stringify });
        equal(memoized({ w: 2, h: 3 }), 6, memoized({ h: 3, w: 2 }), 6, area.runs, 2);
      },
      ours() {
        const typeOf = memokit((value) => `${value}`);
        equal(typeOf(undefined), 'undefined', typeOf(null), 'null');
        const size = memokit((map) => map.size);
        equal(size(new Map([[1, 2]])), 1, size(new Map()), 0);
        const kind = memokit((value) => typeof value);
        equal(kind(new Date(0)), 'object', kind(new Date(0).toJSON()), 'string');
        const area = counted(({ w, h }) => w * h);
        const memoized = memokit(area);
        equal(memoized({ w: 2, h: 3 }), 6, memoized({ h: 3, w: 2 }), 6, area.runs, 1);
      },
    }),
    row({
      there: '`cacheKey: (args) => …`',
      does: 'It gets the arguments as one array. An object that it returns counts by identity.',
      memokit: '`key: (...args) => …`. An object or a list that it returns is compared by content.',
      peer() {
        const add = counted((a, b) => a + b);
        const memoized = memoizeBy(add, { cacheKey: ([a, b]) => [a, b] });
        equal(memoized(1, 2), 3, memoized(1, 2), 3, add.runs, 2);
      },
      ours() {
        const add = counted((a, b) => a + b);
        const memoized = memokit(add, { key: (a, b) => [a, b] });
        equal(memoized(1, 2), 3, memoized(1, 2), 3, add.runs, 1);
      },
    }),
    row({
      there: 'an async function',
      does: 'A rejected promise is kept: every later call fails too. (`p-memoize` is for async functions.)',
      memokit: '`memoize(fn)` for both kinds of functions. A failure is not kept.',
      async peer() {
        const fn = counted(async (_id) => Promise.reject(new Error('down')));
        const memoized = memoizeBy(fn);
        await assert.rejects(memoized(1));
        await assert.rejects(memoized(1));
        equal(fn.runs, 1);
      },
      async ours() {
        const fn = counted(async (_id) => Promise.reject(new Error('down')));
        const memoized = memokit(fn);
        await assert.rejects(memoized(1));
        await assert.rejects(memoized(1));
        equal(fn.runs, 2);
      },
    }),
    row({
      there: '`maxAge: 1000`, with an async function',
      does: 'The age counts from the call: a load of 900 ms leaves 100.',
      memokit: '`ttl: 1000`: it counts from the time the value is there.',
      peer: () =>
        withDate(async (clock) => {
          const runs = await runsOfSlowLoad((load) => memoizeBy(load, { maxAge: 1000 }), clock);
          equal(runs, 2);
        }),
      async ours() {
        const clock = time();
        equal(await runsOfSlowLoad((load) => memokit(load, { ttl: 1000, clock }), clock), 1);
      },
    }),
    row({
      there: '`maxAge: 2_592_000_000`, thirty days',
      does: 'It throws: each entry has a timer, and none runs longer than 24.8 days.',
      memokit: '`ttl: 2_592_000_000`. An entry has no timer.',
      peer: () => assert.throws(() => memoizeBy((id) => id, { maxAge: 2_592_000_000 }), TypeError),
      ours: () => equal(memokit((id) => id, { ttl: 2_592_000_000 })(1), 1),
    }),
    row({
      there: '`maxAge: (...args) => …`',
      does: 'The age depends on the arguments.',
      memokit: '`ttl: (result, ...args) => …`: on the result too.',
      peer: () =>
        withDate((clock) => {
          const fn = counted();
          const memoized = memoizeBy(fn, { maxAge: (id) => id });
          memoized(10);
          clock.at += 11;
          memoized(10);
          equal(fn.runs, 2);
        }),
      ours() {
        const clock = time();
        const fn = counted();
        const memoized = memokit(fn, { ttl: (result, id) => result + id, clock });
        memoized(10);
        clock.at += 19;
        memoized(10);
        equal(fn.runs, 1);
        clock.at += 1;
        memoized(10);
        equal(fn.runs, 2);
      },
    }),
    row({
      there: 'no `cache`',
      does: 'Every result is kept, in a Map.',
      memokit: '128 results are kept. `cache: new QuickLRU({ maxSize: 500 })` becomes `capacity: 500`.',
      peer() {
        const cache = new Map();
        const memoized = memoizeBy((id) => id, { cache });
        for (let id = 0; id < 1000; id++) memoized(id);
        equal(cache.size, 1000);
      },
      ours() {
        const memoized = memokit((id) => id);
        for (let id = 0; id < 1000; id++) memoized(id);
        equal(cacheOf(memoized).size, 128);
      },
    }),
    row({
      there: '`memoizeClear(fn)`',
      does: 'All results go; there is no way to drop one.',
      memokit: '`cacheOf(fn).clear()`, or `cacheOf(fn).delete(1, 2)` for the result of `fn(1, 2)`.',
      peer() {
        const fn = counted();
        const memoized = memoizeBy(fn);
        for (const id of [1, 2]) memoized(id);
        memoizeClear(memoized);
        for (const id of [1, 2]) memoized(id);
        equal(fn.runs, 4);
      },
      ours() {
        const fn = counted((a, b) => a + b);
        const memoized = memokit(fn);
        for (const id of [1, 3]) memoized(id, 2);
        cacheOf(memoized).delete(1, 2);
        for (const id of [1, 3]) memoized(id, 2);
        equal(fn.runs, 3);
        cacheOf(memoized).clear();
        for (const id of [1, 3]) memoized(id, 2);
        equal(fn.runs, 5);
      },
    }),
    row({
      there: '`@memoizeDecorator()` with `experimentalDecorators`',
      does: 'It does nothing, and nobody says so: the decorator is for the standard dialect.',
      memokit: '`@cached()` works in both dialects.',
      async peer() {
        const service = (await compile(DECORATED, 'legacy'))(memoizeDecorator());
        equal(service.get(), 1, service.get(), 2);
      },
      async ours() {
        for (const dialect of ['standard', 'legacy']) {
          const service = (await compile(DECORATED, dialect))(cached());
          equal(service.get(), 1, service.get(), 1);
        }
      },
    }),
  ],
};

/** How often a function of 900 ms runs, when it is called once more 900 ms after its end. */
async function runsOfSlowLoad(memoizeIt, clock) {
  let release;
  const load = counted(
    (_id) =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  const memoized = memoizeIt(load);
  const first = memoized(1);
  clock.at += 900;
  release(1);
  await first;
  clock.at += 900;
  memoized(1);
  return load.runs;
}
