import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mixed, ScrambledMap, secretOfProcess } from '../src/scrambled-map.js';
import { chosenBigints, chosenDoubles, chosenIntegers, hashOfDigit, hashOfInteger } from './support/chosen-numbers.js';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;
const COUNT = 8192;

const LISTS = {
  'whole numbers': chosenIntegers(COUNT),
  doubles: chosenDoubles(COUNT),
  'large whole numbers': Array.from({ length: COUNT }, (_, i) => 2 ** 32 * (i + 1)),
  bigints: chosenBigints(COUNT),
  'negative bigints': chosenBigints(COUNT).map((bigint) => -bigint),
  'long bigints': chosenBigints(COUNT).map((bigint) => (bigint + 1n) << 300n),
};

/** Edges of what engines and the map tell apart. */
const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 32 + 5,
  2 ** 53,
  5e-324,
  1e308,
  Number.NaN,
  Infinity,
  -Infinity,
  0n,
  -1n,
  1n,
  2n ** 63n,
  2n ** 64n,
  2n ** 64n + 1n,
  -(2n ** 64n),
  3n ** 500n,
  '1',
  'a',
  '0.5',
  null,
  undefined,
  true,
  Symbol.for('a'),
];

/** The hash that V8 has of a number or a bigint. */
function hashOf(key: number | bigint): number {
  if (typeof key === 'bigint') return hashOfDigit(BigInt.asUintN(64, key < 0n ? -key : key));
  if ((key | 0) === key) return hashOfInteger(key);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, key);
  return hashOfDigit(view.getBigUint64(0));
}

/** How many of the hashes have the bits that most have. */
function largestBucket(hashes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const hash of hashes) counts.set(hash % COUNT, (counts.get(hash % COUNT) ?? 0) + 1);
  return Math.max(...counts.values());
}

for (const [what, keys] of Object.entries(LISTS)) {
  test(`${what} that a stranger chooses to meet in one bucket are spread over the buckets of a map`, () => {
    expect(new Set<unknown>(keys).size).toBe(COUNT);
    if (what !== 'large whole numbers') expect(largestBucket(keys.map(hashOf))).toBeGreaterThan(COUNT / 8);
    const map = new ScrambledMap<unknown, number>();
    for (const [i, key] of keys.entries()) map.set(key, i);
    const asked: (number | bigint)[] = [];
    const { get } = Map.prototype;
    const spy = jest.spyOn(Map.prototype, 'get').mockImplementation(function (this: Map<unknown, unknown>, key) {
      asked.push(key as number | bigint);
      return get.call(this, key);
    });
    try {
      expect(keys.filter((key, i) => map.get(key) !== i)).toEqual([]);
    } finally {
      spy.mockRestore();
    }
    expect(new Set(asked).size).toBe(COUNT);
    expect(largestBucket(asked.map(hashOf))).toBeLessThan(16);
  });
}

test('no set of whole numbers is mixed into numbers that lie close', () => {
  const sets = [
    LISTS['whole numbers'],
    ...[1, 211, 32_769, 2 ** 9, 2 ** 16, 2 ** 18].map((step) => LISTS['whole numbers'].map((_, i) => (i * step) | 0)),
  ];
  for (const numbers of sets) {
    const places = numbers.map((number) => mixed(number, secretOfProcess()) >>> (32 - 13));
    expect(largestBucket(places)).toBeLessThan(16);
  }
});

test('a scrambled map agrees with a Map after each of any sequence of operations', () => {
  const chosen = [
    ...LISTS['whole numbers'].slice(0, 100),
    ...LISTS.doubles.slice(0, 100),
    ...LISTS.bigints.slice(0, 100),
  ];
  const key = fc.oneof(
    fc.constantFrom<unknown>(...EDGES),
    fc.constantFrom<unknown>(...chosen),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ maxLength: 2 }),
  );
  const operation = fc.tuple(
    fc.oneof(
      { arbitrary: fc.constant('set'), weight: 80 },
      { arbitrary: fc.constant('delete'), weight: 20 },
      { arbitrary: fc.constant('clear'), weight: 1 },
    ),
    key,
  );
  let large = 0;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400, size: 'max' }), (operations) => {
      const map = new ScrambledMap<unknown, number>();
      const model = new Map<unknown, number>();
      for (const [i, [name, each]] of operations.entries()) {
        if (name === 'clear') {
          map.clear();
          model.clear();
        } else if (name === 'delete') {
          if (map.delete(each) !== model.delete(each)) throw new Error('deleted another');
        } else {
          map.set(each, i);
          model.set(each, i);
        }
        if (map.size > 128) large++;
      }
      const asked = [...model.keys(), ...EDGES];
      const wrong = asked.filter((each) => map.get(each) !== model.get(each) || map.has(each) !== model.has(each));
      expect([wrong, map.size, [...map.values()].sort()]).toEqual([[], model.size, [...model.values()].sort()]);
    }),
    { numRuns: RUNS },
  );
  expect(large).toBeGreaterThan(100);
});

test('keys of many kinds, of which the edges of numbers are some, are told apart once numbers are scrambled', () => {
  const map = new ScrambledMap<unknown, number>();
  const model = new Map<unknown, number>();
  for (const [i, key] of [...LISTS['whole numbers'].slice(0, 200), ...EDGES, ...EDGES].entries()) {
    map.set(key, i);
    model.set(key, i);
  }
  expect([...model.keys()].filter((key) => map.get(key) !== model.get(key))).toEqual([]);
  expect(map.size).toBe(model.size);
});
