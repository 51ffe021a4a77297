import lodashMemoize from 'lodash.memoize';
import { cached, cacheOf, memoize } from '../../../../dist/index.js';
import { assert, counted, decorate, equal, row, time } from '../row.mjs';

export const lodash = {
  name: 'lodash.memoize',
  cases: [
    row({
      there: '`_.memoize(fn)` of several arguments',
      does: 'The first argument alone is the key: `add(1, 5)` gives what `add(1, 2)` gave.',
      memokit: '`memoize(fn)`: all arguments count.',
      peer() {
        const add = lodashMemoize((a, b) => a + b);
        equal(add(1, 2), 3, add(1, 5), 3);
      },
      ours() {
        const add = memoize((a, b) => a + b);
        equal(add(1, 2), 3, add(1, 5), 6);
      },
    }),
    row({
      there: '`_.memoize(fn, resolver)`',
      does: 'What the resolver returns is the key, an object by identity.',
      memokit: '`memoize(fn, { key: resolver })`: compared by content, so it may return a list or an object.',
      peer() {
        const add = counted((a, b) => a + b);
        const memoized = lodashMemoize(add, (a, b) => [a, b]);
        equal(memoized(1, 2), 3, memoized(1, 2), 3, add.runs, 2);
      },
      ours() {
        const add = counted((a, b) => a + b);
        const memoized = memoize(add, { key: (a, b) => [a, b] });
        equal(memoized(1, 2), 3, memoized(1, 2), 3, add.runs, 1);
      },
    }),
    row({
      there: 'an object as the argument',
      does: 'It counts by identity: an equal one runs again, and one that has changed gets its old result.',
      memokit: 'It counts by content.',
      peer() {
        const area = counted(({ w, h }) => w * h);
        const memoized = lodashMemoize(area);
        const size = { w: 2, h: 3 };
        equal(memoized(size), 6, memoized({ w: 2, h: 3 }), 6, area.runs, 2);
        size.w = 4;
        equal(memoized(size), 6);
      },
      ours() {
        const area = counted(({ w, h }) => w * h);
        const memoized = memoize(area);
        const size = { w: 2, h: 3 };
        equal(memoized(size), 6, memoized({ h: 3, w: 2 }), 6, area.runs, 1);
        size.w = 4;
        equal(memoized(size), 12);
      },
    }),
    row({
      there: '`fn.cache`, a Map',
      does: 'Every result is kept, for ever.',
      memokit: '128 results are kept, `capacity` sets another number, and `ttl` ends them.',
      peer() {
        const memoized = lodashMemoize((id) => id);
        for (let id = 0; id < 1000; id++) memoized(id);
        equal([...Array(1000).keys()].filter((id) => memoized.cache.has(id)).length, 1000);
      },
      ours() {
        const clock = time();
        const memoized = memoize((id) => id, { ttl: 1000, clock });
        for (let id = 0; id < 1000; id++) memoized(id);
        const cache = cacheOf(memoized);
        equal(cache.size, 128, cache.has(999), true);
        clock.at += 1000;
        equal(cache.has(999), false);
      },
    }),
    row({
      there: '`fn.cache.delete(key)` and `fn.cache.clear()`',
      does: 'They take the key that the resolver made.',
      memokit: '`cacheOf(fn).delete(...args)` and `cacheOf(fn).clear()`: they take the arguments of the call.',
      peer() {
        const add = counted((a, b) => a + b);
        const memoized = lodashMemoize(add, (...args) => args.join());
        memoized(1, 2);
        equal(memoized.cache.delete('1,2'), true, memoized(1, 2), 3, add.runs, 2);
      },
      ours() {
        const add = counted((a, b) => a + b);
        const memoized = memoize(add);
        memoized(1, 2);
        equal(cacheOf(memoized).delete(1, 2), true, memoized(1, 2), 3, add.runs, 2);
      },
    }),
    row({
      there: 'an async function',
      does: 'A rejected promise is kept: every later call fails too.',
      memokit: 'A failure is not kept. `errorTtl` remembers it for a time.',
      async peer() {
        const fn = counted(async (_id) => Promise.reject(new Error('down')));
        const memoized = lodashMemoize(fn);
        await assert.rejects(memoized(1));
        await assert.rejects(memoized(1));
        equal(fn.runs, 1);
      },
      async ours() {
        for (const [options, runs] of [
          [{}, 2],
          [{ errorTtl: 1000 }, 1],
        ]) {
          const fn = counted(async (_id) => Promise.reject(new Error('down')));
          const memoized = memoize(fn, options);
          await assert.rejects(memoized(1));
          await assert.rejects(memoized(1));
          equal(fn.runs, runs);
        }
      },
    }),
    row({
      there: 'a method that is memoized on the prototype',
      does: 'The instances share results: `this` does not count.',
      memokit: '`@cached()` on the method: each instance has its own results.',
      peer() {
        const User = userClass();
        User.prototype.greet = lodashMemoize(User.prototype.greet);
        equal(new User('Ada').greet('Hi'), 'Hi, Ada', new User('Alan').greet('Hi'), 'Hi, Ada');
      },
      ours() {
        const User = userClass();
        decorate(User, 'greet', cached());
        equal(new User('Ada').greet('Hi'), 'Hi, Ada', new User('Alan').greet('Hi'), 'Hi, Alan');
      },
    }),
    row({
      there: '`fn.name` and `fn.length`',
      does: 'They are lost: the function is `memoized`, of no parameters.',
      memokit: 'They are kept.',
      peer() {
        const { name, length } = lodashMemoize(area);
        equal(name, 'memoized', length, 0);
      },
      ours() {
        const { name, length } = memoize(area);
        equal(name, 'area', length, 2);
      },
    }),
  ],
};

function area(width, height) {
  return width * height;
}

function userClass() {
  return class User {
    constructor(name) {
      this.name = name;
    }
    greet(word) {
      return `${word}, ${this.name}`;
    }
  };
}
