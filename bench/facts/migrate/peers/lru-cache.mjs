import { LRUCache } from 'lru-cache';
import { cacheOf, loadContext, memoize } from '../../../../dist/index.js';
import { assert, counted, equal, held, isSettled, row, time, turn } from '../row.mjs';

/** A cache that fetches with a function of the key, on a clock that stands still. */
function fetching(load, options = {}, clock = time()) {
  const fetchMethod = (key, stale, { signal, options, context }) => load(key, stale, { signal, options, context });
  return new LRUCache({ max: 500, perf: clock, ttlResolution: 0, fetchMethod, ...options });
}

const down = new Error('down');

export const lruCache = {
  name: 'lru-cache',
  cases: [
    row({
      there: '`fetchMethod`, and `cache.fetch(key)`',
      does: 'The key is one value: you make a text of several arguments, and an object counts by identity.',
      memokit: '`memoize(load)`, and `load(…)` itself: all arguments are the key, objects by content.',
      async peer() {
        const load = counted(async (key) => key.id);
        const cache = fetching(load);
        equal(await cache.fetch({ id: 1 }), 1, await cache.fetch({ id: 1 }), 1, load.runs, 2);
      },
      async ours() {
        const load = counted(async (key) => key.id);
        const memoized = memoize(load);
        equal(await memoized({ id: 1 }), 1, await memoized({ id: 1 }), 1, load.runs, 1);
      },
    }),
    row({
      there: '`memoMethod`, and `cache.memo(key)`',
      does: 'The same for a synchronous function. A result of `undefined` is not stored: it is computed at each call.',
      memokit:
        '`memoize(compute)`. `undefined` is a result like others; `when: (result) => result !== undefined` refuses it.',
      peer() {
        const compute = counted(() => undefined);
        const cache = new LRUCache({ max: 500, memoMethod: compute });
        cache.memo('a');
        cache.memo('a');
        equal(compute.runs, 2);
      },
      ours() {
        for (const [options, runs] of [
          [{}, 1],
          [{ when: (result) => result !== undefined }, 2],
        ]) {
          const compute = counted(() => undefined);
          const memoized = memoize(compute, options);
          memoized('a');
          memoized('a');
          equal(compute.runs, runs);
        }
      },
    }),
    row({
      there: '`max: 500`',
      does: 'It has to be given, unless `ttl` or `maxSize` is.',
      memokit: '`capacity: 500`; without it, 128.',
      peer() {
        assert.throws(() => new LRUCache({ memoMethod: (key) => key }), TypeError);
        for (const options of [{ ttl: 1000, ttlAutopurge: true }, { maxSize: 1 }]) new LRUCache(options);
      },
      ours() {
        for (const [options, size] of [
          [{}, 128],
          [{ capacity: 500 }, 500],
        ]) {
          const memoized = memoize((id) => id, options);
          for (let id = 0; id < 1000; id++) memoized(id);
          equal(cacheOf(memoized).size, size);
        }
      },
    }),
    row({
      there: '`maxSize: 5000` and `sizeCalculation: (value, key) => …`',
      does: 'The sizes add up to 5000 at most. The size is a whole number above 0.',
      memokit: '`capacity: 5000` and `weigh: (value, ...args) => …`. A weight is any number from 0.',
      peer() {
        const cache = new LRUCache({ maxSize: 5, sizeCalculation: (text) => text.length, memoMethod: (key) => key });
        for (const key of ['aa', 'bb', 'cc']) cache.memo(key);
        equal(cache.has('aa'), false, cache.has('bb'), true, cache.calculatedSize, 4);
        assert.throws(() => cache.memo(''), TypeError);
        assert.throws(() => new LRUCache({ maxSize: 5, sizeCalculation: () => 0.5 }).set('a', 'a'), TypeError);
      },
      ours() {
        const memoized = memoize((key) => key, { capacity: 5, weigh: (text) => text.length });
        for (const key of ['aa', 'bb', 'cc', '']) memoized(key);
        const cache = cacheOf(memoized);
        equal(cache.has('aa'), false, cache.has('bb'), true, cache.has(''), true);
        const half = memoize((key) => key, { capacity: 1, weigh: () => 0.5 });
        for (const key of [1, 2, 3]) half(key);
        equal(cacheOf(half).size, 2);
      },
    }),
    row({
      there: '`ttl: 60_000` with `allowStale: true`',
      does: 'Past the ttl, `fetch` gives the old value while it loads a new one, however old it is.',
      memokit: '`ttl: 60_000` with `staleWhileRevalidate: 30_000`: for that long past the ttl, and no longer.',
      async peer() {
        const clock = time();
        const load = held();
        const cache = fetching(load, { ttl: 60_000, allowStale: true }, clock);
        const first = cache.fetch('a');
        load.release('old');
        await first;
        clock.at += 100 * 60_000;
        equal(await cache.fetch('a'), 'old', load.runs, 2);
        load.release('new');
      },
      async ours() {
        const clock = time();
        const load = held();
        const memoized = memoize(load, { ttl: 60_000, staleWhileRevalidate: 30_000, clock });
        const first = memoized('a');
        load.release('old');
        await first;
        clock.at += 89_999;
        equal(await memoized('a'), 'old', load.runs, 2);
        clock.at += 1;
        const waiting = memoized('a');
        equal(await isSettled(waiting), false);
        load.release('new');
        equal(await waiting, 'new');
      },
    }),
    row({
      there: '`allowStaleOnFetchRejection: true`',
      does: 'The old value stands in for every error, however old it is.',
      memokit:
        '`staleIfError: 3_600_000`: for an hour past the ttl. `staleIfError: { for: 3_600_000, when: (error) => … }` says for which errors.',
      async peer() {
        const clock = time();
        const answers = [async () => 'old', async () => Promise.reject(down), async () => Promise.reject(down)];
        const cache = fetching(() => answers.shift()(), { ttl: 1000, allowStaleOnFetchRejection: true }, clock);
        await cache.fetch('a');
        for (const wait of [1001, 1_000_000]) {
          clock.at += wait;
          equal(await cache.fetch('a'), 'old');
        }
      },
      async ours() {
        const clock = time();
        const missing = new Error('not found');
        const answers = [async () => 'old', ...[down, missing, down].map((error) => async () => Promise.reject(error))];
        const staleIfError = { for: 3_600_000, when: (error) => error !== missing };
        const memoized = memoize((_key) => answers.shift()(), { ttl: 1000, staleIfError, clock });
        await memoized('a');
        clock.at += 1001;
        equal(await memoized('a'), 'old');
        // After a failure the old value answers for a while without a load.
        clock.at += 60_000;
        await assert.rejects(memoized('a'), missing);
        clock.at += 3_600_000;
        await assert.rejects(memoized('a'), down);
      },
    }),
    row({
      there: '`cache.fetch(key, { signal })`',
      does: 'The first call sets the signal for all that join it: if it aborts, they all reject.',
      memokit:
        '`signal: (key, signal) => signal`: a caller that aborts rejects alone. The load is aborted when the last one has left.',
      async peer() {
        const load = held();
        const cache = fetching(load);
        const leaving = new AbortController();
        const calls = [cache.fetch('a', { signal: leaving.signal }), cache.fetch('a')];
        const outcomes = Promise.allSettled(calls);
        leaving.abort(down);
        load.release('value');
        assert.deepEqual(
          (await outcomes).map(({ status }) => status),
          ['rejected', 'rejected'],
        );
      },
      async ours() {
        const load = held();
        const memoized = memoize(load, { signal: (_key, signal) => signal });
        const leaving = new AbortController();
        const calls = [memoized('a', leaving.signal), memoized('a')];
        const outcomes = Promise.allSettled(calls);
        leaving.abort(down);
        load.release('value');
        assert.deepEqual(
          (await outcomes).map(({ status }) => status),
          ['rejected', 'fulfilled'],
        );
      },
    }),
    row({
      there: '`cache.delete(key)` while it loads',
      does: 'The callers that wait are rejected.',
      memokit: '`cacheOf(load).delete(key)`: they get the value, which is not stored.',
      async peer() {
        const load = held();
        const cache = fetching(load);
        const waiting = cache.fetch('a');
        await turn();
        cache.delete('a');
        await assert.rejects(waiting, /deleted/);
      },
      async ours() {
        const load = held();
        const memoized = memoize(load);
        const waiting = memoized('a');
        cacheOf(memoized).delete('a');
        load.release('value');
        equal(await waiting, 'value', cacheOf(memoized).has('a'), false);
      },
    }),
    row({
      there: '`cache.fetch(key, { forceRefresh: true })`',
      does: 'Other calls wait for the new value. If the load fails, the old one is deleted, unless `noDeleteOnFetchRejection` is set.',
      memokit:
        '`cacheOf(load).refresh(key)`: other calls get the old value until the new one is there. A failure leaves it as it was.',
      async peer() {
        const load = held();
        const cache = fetching(load);
        const first = cache.fetch('a');
        load.release('old');
        await first;
        const refreshing = cache.fetch('a', { forceRefresh: true });
        const other = cache.fetch('a');
        equal(await isSettled(other), false);
        load.fail(down);
        await assert.rejects(refreshing, down);
        await assert.rejects(other, down);
        equal(cache.has('a'), false);
        const keeping = fetching(load, { noDeleteOnFetchRejection: true });
        keeping.set('a', 'old');
        const failing = keeping.fetch('a', { forceRefresh: true });
        load.fail(down);
        await assert.rejects(failing, down);
        equal(keeping.get('a'), 'old');
      },
      async ours() {
        const load = held();
        const memoized = memoize(load);
        const first = memoized('a');
        load.release('old');
        await first;
        const refreshing = cacheOf(memoized).refresh('a');
        equal(await memoized('a'), 'old');
        load.fail(down);
        await assert.rejects(refreshing, down);
        equal(await memoized('a'), 'old', load.runs, 2);
      },
    }),
    row({
      there: '`status: {}`, and `status.fetch` after the call',
      does: "It says `'hit'`, `'miss'`, `'stale'`, `'refresh'` or `'inflight'`.",
      memokit:
        "`await cacheOf(load).call(key)`, and its `outcome`: `'hit'`, `'miss'`, `'stale'`, `'coalesced'` or `'bypassed'`.",
      async peer() {
        const clock = time();
        const cache = fetching(async () => 1, { ttl: 1000, allowStale: true }, clock);
        for (const [wait, outcome] of [
          [0, 'miss'],
          [0, 'hit'],
          [1001, 'stale'],
        ]) {
          clock.at += wait;
          const status = {};
          await cache.fetch('a', { status });
          equal(status.fetch, outcome);
        }
        const load = held();
        const loading = fetching(load);
        loading.set('a', 1);
        for (const [options, outcome] of [
          [{ forceRefresh: true }, 'refresh'],
          [{}, 'inflight'],
        ]) {
          const status = {};
          loading.fetch('a', { ...options, status });
          equal(status.fetch, outcome);
        }
        load.release(2);
      },
      async ours() {
        const clock = time();
        const memoized = memoize(async (_key) => 1, { ttl: 1000, staleWhileRevalidate: 1000, clock });
        for (const [wait, expected] of [
          [0, 'miss'],
          [0, 'hit'],
          [1001, 'stale'],
        ]) {
          clock.at += wait;
          const { outcome, value } = await cacheOf(memoized).call('a');
          equal(outcome, expected, value, 1);
        }
        const load = held();
        const loading = memoize(load, { bypass: (key) => key === 'b' });
        const calls = ['a', 'a', 'b'].map((key) => cacheOf(loading).call(key));
        for (const _ of [1, 2]) load.release(1);
        equal((await Promise.all(calls)).map(({ outcome }) => outcome).join(), 'miss,coalesced,bypassed');
      },
    }),
    row({
      there: '`fetchMethod: (key, staleValue) => …`',
      does: 'The load is given the value that it is to replace, while the cache still has it.',
      memokit: '`revalidate: 60_000`, and in the method `loadContext().previous`: `{ value, age }`.',
      async peer() {
        const clock = time();
        const seen = [];
        const cache = fetching(async (_key, stale) => seen.push(stale), { ttl: 1000 }, clock);
        await cache.fetch('a');
        clock.at += 1500;
        await cache.fetch('a');
        assert.deepEqual(seen, [undefined, 1]);
      },
      async ours() {
        const clock = time();
        const seen = [];
        const memoized = memoize(async (_key) => seen.push(loadContext().previous), {
          ttl: 1000,
          revalidate: 60_000,
          clock,
        });
        await memoized('a');
        clock.at += 1500;
        await memoized('a');
        assert.deepEqual(seen, [undefined, { value: 1, age: 1500 }]);
      },
    }),
    row({
      there: '`options.ttl = …` in `fetchMethod`',
      does: 'The load sets the ttl of its own result.',
      memokit: '`loadContext().ttl(…)` in the method; or `ttl: (result, ...args) => …`.',
      async peer() {
        const clock = time();
        const load = counted((_key, _stale, { options }) => {
          options.ttl = 50;
          return 1;
        });
        const cache = fetching(load, { ttl: 1000 }, clock);
        await cache.fetch('a');
        clock.at += 100;
        await cache.fetch('a');
        equal(load.runs, 2);
      },
      async ours() {
        for (const [ttl, choose] of [
          [1000, () => loadContext().ttl(50)],
          [() => 50, () => {}],
        ]) {
          const clock = time();
          const load = counted(async (_key) => choose());
          const memoized = memoize(load, { ttl, clock });
          await memoized('a');
          clock.at += 100;
          await memoized('a');
          equal(load.runs, 2);
        }
      },
    }),
    row({
      there: '`updateAgeOnGet: true`',
      does: 'Each hit begins the ttl anew: an entry that is asked for often enough is never loaded again.',
      memokit:
        '`idle: 600_000` beside a `ttl`: an entry that nobody asks for ends early, and none lives beyond its ttl.',
      peer() {
        const clock = time();
        const compute = counted();
        const options = { max: 500, ttl: 1000, updateAgeOnGet: true, perf: clock, ttlResolution: 0 };
        const cache = new LRUCache({ ...options, memoMethod: compute });
        for (let call = 0; call < 10; call++) {
          cache.memo('a');
          clock.at += 900;
        }
        equal(compute.runs, 1);
      },
      ours() {
        const clock = time();
        const compute = counted();
        const memoized = memoize(compute, { ttl: 1000, idle: 500, clock });
        for (const [wait, runs] of [
          [0, 1],
          [400, 1],
          [400, 1],
          [400, 2],
          [501, 3],
        ]) {
          clock.at += wait;
          memoized('a');
          equal(compute.runs, runs);
        }
      },
    }),
    row({
      there: '`dispose: (value, key, reason) => …`',
      does: "It is called with a value that leaves, and why: `'evict'`, `'delete'` and so on.",
      memokit: "`on: { evict: ({ value, key, cause }) => … }`: `'capacity'`, `'deleted'` and so on.",
      peer() {
        const left = [];
        const dispose = (value, key, reason) => left.push([value, key, reason]);
        const cache = new LRUCache({ max: 1, memoMethod: (key) => key.length, dispose });
        cache.memo('a');
        cache.memo('bb');
        cache.delete('bb');
        assert.deepEqual(left, [
          [1, 'a', 'evict'],
          [2, 'bb', 'delete'],
        ]);
      },
      ours() {
        const left = [];
        const evict = ({ value, key, cause }) => left.push([value, key, cause]);
        const memoized = memoize((key) => key.length, { capacity: 1, on: { evict } });
        memoized('a');
        memoized('bb');
        cacheOf(memoized).delete('bb');
        assert.deepEqual(left, [
          [1, 'a', 'capacity'],
          [2, 'bb', 'deleted'],
        ]);
      },
    }),
  ],
};
