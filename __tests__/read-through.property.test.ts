import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cacheOf, clearAll, keyOf, memoize } from 'memokit';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

/** Argument lists of every shape that has a way of its own: none, one, two, three, many, and structured ones. */
const LISTS: unknown[][] = [
  [],
  [1],
  ['1'],
  [undefined],
  [Number.NaN],
  [-0],
  [0],
  [1, 2],
  [2, 1],
  ['a', undefined],
  [1, 0],
  [1, -0],
  [1, { a: 1 }],
  [1, 2, 3],
  [1, 2, -0],
  [1, 2, { a: 1 }],
  [1, 2, 3, 4],
  [{ a: 1 }],
  [[1, 2]],
  [{ a: { b: [1] } }, 'x'],
];
const list = fc.constantFrom(...LISTS);
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('call' as const), list) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('put' as const, 'delete' as const, 'peek' as const), list) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('advance' as const), fc.integer({ min: 1, max: 6 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('resize' as const), fc.integer({ min: 1, max: 9 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('clear' as const, 'clearAll' as const), fc.constant(0)) },
);

/** What a cache does, as simply as can be said: entries in order of use, each with its result and its end. */
class Model {
  entries: { key: unknown; value: unknown; end: number }[] = [];
  time = 0;

  constructor(public capacity: number) {}

  find(key: unknown) {
    this.entries = this.entries.filter(({ end }) => this.time < end);
    return this.entries.find((entry) => Object.is(entry.key, key));
  }

  touch(key: unknown, value: unknown, end: number) {
    this.forget(key);
    this.entries.push({ key, value, end });
    this.entries = this.entries.slice(-this.capacity);
  }

  forget(key: unknown) {
    const found = this.find(key);
    this.entries = this.entries.filter((entry) => entry !== found);
    return found !== undefined;
  }
}

/** Functions of each number of parameters, since each is wrapped in its own way. */
const SHAPES = [
  (run: (args: unknown[]) => unknown) =>
    (...args: unknown[]) =>
      run(args),
  (run: (args: unknown[]) => unknown) =>
    (a: unknown, ...more: unknown[]) =>
      run(more.length ? [a, ...more] : [a]),
  (run: (args: unknown[]) => unknown) => (_a: unknown, _b: unknown) => run([]),
  (run: (args: unknown[]) => unknown) => (_a: unknown, _b: unknown, _c: unknown) => run([]),
  (run: (args: unknown[]) => unknown) => (_a: unknown, _b: unknown, _c: unknown, _d: unknown) => run([]),
];

for (const clocked of [false, true]) {
  const title = clocked ? 'by a clock of its own' : 'that never dies';
  test(`a memoized function agrees with a naive model whatever is called, put and forgotten, ${title}`, () => {
    let most = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...SHAPES),
        fc.integer({ min: 1, max: 9 }),
        fc.array(operation, { maxLength: 60 }),
        (shape, capacity, operations) => {
          const model = new Model(capacity);
          let runs = 0;
          // Every third result is undefined, which is a result like any other.
          const resultOf = (run: number) => (run % 3 === 0 ? undefined : run);
          const ttl = clocked ? 5 : Number.POSITIVE_INFINITY;
          const options = clocked ? { capacity, ttl, clock: () => model.time } : { capacity };
          const fn = memoize(shape(() => resultOf(++runs)) as (...args: unknown[]) => unknown, options);
          const cache = cacheOf(fn);
          for (const [name, about] of operations) {
            const args = about as unknown[];
            const key = Array.isArray(about) ? keyOf(about) : undefined;
            if (name === 'call') {
              const known = model.find(key);
              const expected = known === undefined ? resultOf(runs + 1) : known.value;
              const before = runs;
              expect(fn(...args)).toBe(expected);
              expect(runs - before).toBe(known === undefined ? 1 : 0);
              model.touch(key, expected, known?.end ?? model.time + ttl);
            } else if (name === 'put') {
              cache.put(args, 'put');
              model.touch(key, 'put', model.time + ttl);
            } else if (name === 'delete') {
              expect(cache.delete(...args)).toBe(model.forget(key));
            } else if (name === 'peek') {
              expect(cache.has(...args)).toBe(model.find(key) !== undefined);
              expect(cache.peek(...args)).toBe(model.find(key)?.value);
            } else if (name === 'advance') {
              model.time += clocked ? (about as number) : 0;
            } else if (name === 'resize') {
              model.find(undefined);
              model.capacity = about as number;
              model.entries = model.entries.slice(-model.capacity);
              cache.resize(about as number);
            } else {
              if (name === 'clear') cache.clear();
              else clearAll();
              model.entries = [];
              // What a look would renew is to meet the next operation as it is.
              if (name === 'clearAll') continue;
            }
            model.find(undefined);
            expect([...cache.entries()]).toEqual(model.entries.map((entry) => [entry.key, entry.value]));
            expect(cache.size).toBe(model.entries.length);
            most = Math.max(most, cache.size);
          }
        },
      ),
      { numRuns: RUNS * 3 },
    );
    expect(most).toBeGreaterThan(6);
  });
}
