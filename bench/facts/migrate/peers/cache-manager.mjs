import { createCache } from 'cache-manager';
import { Keyv } from 'cacheable';
import { cacheOf, memoize } from '../../../../dist/index.js';
import { counted, equal, held, row, time, turn } from '../row.mjs';

/** Cache-aside as it is written by hand: look, load, store. */
function aside(load, { cache = createCache(), ttl } = {}) {
  return {
    cache,
    async get(key) {
      const found = await cache.get(key);
      if (found !== undefined) return found;
      const value = await load(key);
      await cache.set(key, value, ttl);
      return value;
    },
  };
}

export const cacheManager = {
  name: 'cache-manager',
  cases: [
    row({
      there: '`get`, then the source, then `set`',
      does: 'Calls that come while the first one loads load too: 20 at once load 20 times.',
      memokit: '`memoize(load)`: they share one load.',
      async peer() {
        const load = held();
        const { get } = aside(load);
        const calls = Array.from({ length: 20 }, () => get('a'));
        await turn();
        equal(load.runs, 20);
        for (const _ of calls) load.release(1);
        await Promise.all(calls);
      },
      async ours() {
        const load = held();
        const memoized = memoize(load);
        const calls = Array.from({ length: 20 }, () => memoized('a'));
        equal(load.runs, 1);
        load.release(1);
        await Promise.all(calls);
      },
    }),
    row({
      there: '`del(key)` after a write',
      does: 'A load that began before the write, and ends after it, stores the old value.',
      memokit: '`cacheOf(load).delete(key)`: such a load is fenced. Its callers get the value, but it is not stored.',
      async peer() {
        const load = held();
        const { get, cache } = aside(load);
        const early = get('a');
        await turn();
        await cache.del('a');
        load.release('old');
        await early;
        equal(await get('a'), 'old', load.runs, 1);
      },
      async ours() {
        const load = held();
        const memoized = memoize(load);
        const early = memoized('a');
        cacheOf(memoized).delete('a');
        load.release('old');
        equal(await early, 'old');
        const late = memoized('a');
        load.release('new');
        equal(await late, 'new', load.runs, 2);
      },
    }),
    row({
      there: '`set(key, undefined)`',
      does: 'It is not told from no entry: the source is asked at each call.',
      memokit: '`undefined` is a result like others.',
      async peer() {
        const load = counted(async (_key) => undefined);
        const { get } = aside(load);
        await get('a');
        await get('a');
        equal(load.runs, 2);
      },
      async ours() {
        const load = counted(async (_key) => undefined);
        const memoized = memoize(load);
        await memoized('a');
        await memoized('a');
        equal(load.runs, 1);
      },
    }),
    row({
      there: '`wrap(key, load, { ttl, refreshThreshold: 300 })`',
      does: 'Milliseconds that are left of the ttl: a hit within them loads in the background.',
      memokit: '`refreshAhead: 0.7`, the fraction of a ttl of 1000 that has passed.',
      async peer() {
        const clock = time();
        const { now } = Date;
        Date.now = clock.now;
        try {
          const cache = createCache();
          const load = counted(async () => 1);
          const get = () => cache.wrap('a', load, { ttl: 1000, refreshThreshold: 300 });
          for (const [wait, runs] of [
            [0, 1],
            [690, 1],
            [20, 2],
          ]) {
            clock.at += wait;
            await get();
            await turn();
            equal(load.runs, runs);
          }
        } finally {
          Date.now = now;
        }
      },
      async ours() {
        const clock = time();
        const load = counted(async (_key) => 1);
        const memoized = memoize(load, { ttl: 1000, refreshAhead: 0.7, clock });
        for (const [wait, runs] of [
          [0, 1],
          [690, 1],
          [20, 2],
        ]) {
          clock.at += wait;
          await memoized('a');
          await turn();
          equal(load.runs, runs);
        }
      },
    }),
    row({
      there: '`stores: [new Keyv()]`, and an object as the value',
      does: 'A hit gives what JSON keeps of it: a `Date` comes back as a text. Without `stores`, all callers get the object itself.',
      memokit: 'All callers get the object itself. `copy: structuredClone` gives each one a copy.',
      async peer() {
        for (const [options, type, isShared] of [
          [{ stores: [new Keyv()] }, 'string', false],
          [{}, 'object', true],
        ]) {
          const { get } = aside(async () => ({ at: new Date(0) }), { cache: createCache(options) });
          await get('a');
          const [one, other] = [await get('a'), await get('a')];
          equal(typeof one.at, type, one === other, isShared);
        }
      },
      async ours() {
        for (const [options, isShared] of [
          [{}, true],
          [{ copy: structuredClone }, false],
        ]) {
          const memoized = memoize(async (_key) => ({ at: new Date(0) }), options);
          const [one, other] = [await memoized('a'), await memoized('a')];
          equal(one.at instanceof Date, true, one === other, isShared);
        }
      },
    }),
  ],
};
