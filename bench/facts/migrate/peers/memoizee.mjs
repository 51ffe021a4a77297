import { promisify } from 'node:util';
import memoizeeBy from 'memoizee';
import memoizeMethods from 'memoizee/methods.js';
import { cached, cacheOf, memoize } from '../../../../dist/index.js';
import { assert, counted, decorate, equal, held, inTime, isSettled, row, sleep, time, turn } from '../row.mjs';

export const memoizee = {
  name: 'memoizee',
  cases: [
    row({
      there: '`memoizee(fn)`, where a parameter has a default',
      does: 'As many arguments count as `fn.length` says: of `(price, rate = 2) => price * rate` the first one.',
      memokit: '`memoize(fn)`: every argument that is passed counts.',
      peer() {
        const total = memoizeeBy((price, rate = 2) => price * rate);
        equal(total(10), 20, total(10, 3), 20);
      },
      ours() {
        const total = memoize((price, rate = 2) => price * rate);
        equal(total(10), 20, total(10, 3), 30);
      },
    }),
    row({
      there: '`fn()` and `fn(undefined)`',
      does: 'They are one call.',
      memokit: 'They are two calls: the length of the argument list counts.',
      peer() {
        const lengthOf = memoizeeBy((...args) => args.length, { length: 1 });
        equal(lengthOf(), 0, lengthOf(undefined), 0);
      },
      ours() {
        const lengthOf = memoize((...args) => args.length);
        equal(lengthOf(), 0, lengthOf(undefined), 1);
      },
    }),
    row({
      there: 'an object as the argument',
      does: 'It counts by identity, unless a `normalizer` makes a text of it.',
      memokit: 'It counts by content, with its keys in any order. Drop the `normalizer`, or write a `key`.',
      peer() {
        const area = counted(({ w, h }) => w * h);
        const memoized = memoizeeBy(area);
        equal(memoized({ w: 2, h: 3 }), 6, memoized({ w: 2, h: 3 }), 6, area.runs, 2);
      },
      ours() {
        const area = counted(({ w, h }) => w * h);
        const memoized = memoize(area);
        equal(memoized({ w: 2, h: 3 }), 6, memoized({ h: 3, w: 2 }), 6, area.runs, 1);
      },
    }),
    row({
      there: '`primitive: true`',
      does: "The arguments' texts are the key: `fn(1)` and `fn('1')` share an entry.",
      memokit: 'Primitives are compared with their type. There is no such mode to choose.',
      peer() {
        const typeOf = memoizeeBy((value) => typeof value, { primitive: true });
        equal(typeOf(1), 'number', typeOf('1'), 'number');
      },
      ours() {
        const typeOf = memoize((value) => typeof value);
        equal(typeOf(1), 'number', typeOf('1'), 'string');
      },
    }),
    row({
      there: '`resolvers: [Number]`',
      does: 'The function is given the resolved arguments, and they are the key.',
      memokit: '`key: (id) => Number(id)` is the key only: the function gets the arguments as they are.',
      peer() {
        const typeOf = memoizeeBy((id) => typeof id, { length: 1, resolvers: [Number] });
        equal(typeOf('12'), 'number', typeOf(12), 'number');
      },
      ours() {
        const typeOf = memoize((id) => typeof id, { key: (id) => Number(id) });
        equal(typeOf('12'), 'string', typeOf(12), 'string');
      },
    }),
    row({
      there: 'no `max`',
      does: 'Every result is kept.',
      memokit: '128 results are kept. `max: 500` becomes `capacity: 500`.',
      peer() {
        const fn = counted();
        const memoized = memoizeeBy(fn);
        for (let round = 0; round < 2; round++) for (let id = 0; id < 1000; id++) memoized(id);
        equal(fn.runs, 1000);
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
      there: 'an async function without `promise: true`',
      does: 'A rejected promise is kept: every later call fails too.',
      memokit: 'A failure is never kept, and there is no mode to choose.',
      async peer() {
        for (const [options, runs] of [
          [{}, 1],
          [{ promise: true }, 2],
        ]) {
          const fn = counted(async (_id) => Promise.reject(new Error('down')));
          const memoized = memoizeeBy(fn, { length: 1, ...options });
          await assert.rejects(memoized(1));
          await turn();
          await assert.rejects(memoized(1));
          equal(fn.runs, runs);
        }
      },
      async ours() {
        const fn = counted(async (_id) => Promise.reject(new Error('down')));
        const memoized = memoize(fn);
        await assert.rejects(memoized(1));
        await assert.rejects(memoized(1));
        equal(fn.runs, 2);
      },
    }),
    row({
      there: '`async: true`, for a function that takes a callback',
      does: 'The callback is left out of the key, and its result is kept.',
      memokit:
        'Callbacks are arguments like others, so such a function never hits. Wrap its promise: `memoize(promisify(fn))`.',
      async peer() {
        const fn = counted((id, done) => done(null, id));
        const memoized = memoizeeBy(fn, { length: 1, async: true });
        equal(await promisify(memoized)(1), 1, await promisify(memoized)(1), 1, fn.runs, 1);
      },
      async ours() {
        const fn = counted((id, done) => done(null, id));
        const memoized = memoize(fn);
        memoized(1, () => {});
        memoized(1, () => {});
        equal(fn.runs, 2);
        const promising = memoize(promisify(fn));
        equal(await promising(1), 1, await promising(1), 1, fn.runs, 3);
      },
    }),
    row({
      there: '`maxAge: 2_592_000_000`, thirty days',
      does: 'It throws: each entry has a timer, and none runs longer than 24.8 days.',
      memokit: '`ttl: 2_592_000_000`: any number of milliseconds. An entry has no timer.',
      peer: () => assert.throws(() => memoizeeBy((id) => id, { maxAge: 2_592_000_000 }), /exceeds maximum/),
      ours() {
        const clock = time();
        const fn = counted();
        const memoized = memoize(fn, { ttl: 2_592_000_000, clock });
        for (const [wait, runs] of [
          [0, 1],
          [2_591_999_999, 1],
          [1, 2],
        ]) {
          clock.at += wait;
          memoized(1);
          equal(fn.runs, runs);
        }
      },
    }),
    row({
      there: '`preFetch: 0.2`',
      does: 'The fraction of `maxAge` that is left: a hit in the last fifth loads again.',
      memokit:
        '`refreshAhead: 0.8`, the inverse: the fraction that has passed. It is for async methods, as it loads in the background.',
      peer: () =>
        inTime(async (by) => {
          const fn = counted();
          const memoized = memoizeeBy(fn, { maxAge: 1000, preFetch: 0.2 });
          memoized(1);
          await sleep(500);
          memoized(1);
          await turn();
          by(750);
          equal(fn.runs, 1);
          await sleep(350);
          by(950);
          memoized(1);
          equal(fn.runs, 1);
          await turn();
          equal(fn.runs, 2);
        }),
      async ours() {
        const clock = time();
        const fn = counted(async (id) => id);
        const memoized = memoize(fn, { ttl: 1000, refreshAhead: 0.8, clock });
        for (const [wait, runs] of [
          [0, 1],
          [790, 1],
          [20, 2],
        ]) {
          clock.at += wait;
          await memoized(1);
          await turn();
          equal(fn.runs, runs);
        }
      },
    }),
    row({
      there: 'a `preFetch` that is slow, or fails',
      does: 'The old value is dropped first: calls wait for the new one, and fail with it.',
      memokit:
        'Calls get the old value until the new one is there. If the load fails, it lives to the end of its `ttl`.',
      peer: () =>
        inTime(async (by) => {
          const load = held();
          const memoized = memoizeeBy(load, { promise: true, maxAge: 1000, preFetch: 0.9 });
          const first = memoized(1);
          load.release('old');
          await first;
          await sleep(300);
          by(900);
          equal(await memoized(1), 'old');
          await turn();
          const waiting = memoized(1);
          equal(load.runs, 2, await isSettled(waiting), false);
          load.fail(new Error('down'));
          await assert.rejects(waiting, /down/);
        }),
      async ours() {
        const clock = time();
        const load = held();
        const memoized = memoize(load, { ttl: 1000, refreshAhead: 0.1, clock });
        const first = memoized(1);
        load.release('old');
        await first;
        clock.at += 300;
        equal(await memoized(1), 'old');
        await turn();
        equal(load.runs, 2, await memoized(1), 'old');
        load.fail(new Error('down'));
        await turn();
        clock.at += 600;
        equal(await memoized(1), 'old');
      },
    }),
    row({
      there: '`dispose: (value) => …`',
      does: 'It is called with a result that leaves.',
      memokit: '`on: { evict: ({ value, key, cause }) => … }`: the listener is also given the key and the cause.',
      peer() {
        const left = [];
        const memoized = memoizeeBy((id) => `user ${id}`, { max: 1, dispose: (value) => left.push(value) });
        memoized(1);
        memoized(2);
        memoized.clear();
        assert.deepEqual(left, ['user 1', 'user 2']);
      },
      ours() {
        const left = [];
        const evict = ({ value, cause }) => left.push(`${value}: ${cause}`);
        const memoized = memoize((id) => `user ${id}`, { capacity: 1, on: { evict } });
        memoized(1);
        memoized(2);
        cacheOf(memoized).clear();
        assert.deepEqual(left, ['user 1: capacity', 'user 2: cleared']);
      },
    }),
    row({
      there: '`fn.delete(id)` and `fn.clear()`',
      does: 'One result goes, or all.',
      memokit: '`cacheOf(fn).delete(id)` and `cacheOf(fn).clear()`: the function has no new properties.',
      peer() {
        const fn = counted();
        const memoized = memoizeeBy(fn);
        for (const id of [1, 2]) memoized(id);
        memoized.delete(1);
        for (const id of [1, 2]) memoized(id);
        equal(fn.runs, 3);
      },
      ours() {
        const fn = counted();
        const memoized = memoize(fn);
        for (const id of [1, 2]) memoized(id);
        cacheOf(memoized).delete(1);
        for (const id of [1, 2]) memoized(id);
        equal(fn.runs, 3, 'delete' in memoized, false);
      },
    }),
    row({
      there: 'a method that is memoized on the prototype',
      does: 'The instances share results: `this` does not count, except with `memoizee/methods`.',
      memokit: '`@cached()` on the method: each instance has its own results.',
      peer() {
        class User {
          constructor(name) {
            this.name = name;
          }
        }
        User.prototype.greet = memoizeeBy(function greet(word) {
          return `${word}, ${this.name}`;
        });
        equal(new User('Ada').greet('Hi'), 'Hi, Ada', new User('Alan').greet('Hi'), 'Hi, Ada');
        const value = function greet(word) {
          return `${word}, ${this.name}`;
        };
        Object.defineProperties(User.prototype, memoizeMethods({ greet: { value, configurable: true } }));
        equal(new User('Ada').greet('Hi'), 'Hi, Ada', new User('Alan').greet('Hi'), 'Hi, Alan');
      },
      ours() {
        class User {
          constructor(name) {
            this.name = name;
          }
          greet(word) {
            return `${word}, ${this.name}`;
          }
        }
        decorate(User, 'greet', cached());
        equal(new User('Ada').greet('Hi'), 'Hi, Ada', new User('Alan').greet('Hi'), 'Hi, Alan');
      },
    }),
  ],
};
