import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cacheOf, keyOf, memoize } from 'memokit';
import { type CallKey, callKeyOf, isSameKey, isTokens, publicKeyOf } from '../src/key/call-key.js';
import { args } from './support/arguments.js';
import { run } from './support/run.js';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

const numbers = (length: number, first = 0) => Array.from({ length }, (_, i) => (i === 0 ? first : i));

/** A long argument list with every kind of token. */
const mixed = () => [
  numbers(300).map((i) => [i, `text ${i}`, { [`name ${i}`]: i / 4 }]),
  [undefined, null, true, -0, Number.NaN, Infinity, 2n ** 200n, Symbol.iterator, Symbol.for('a'), '', 'é', '\ud800'],
  'x'.repeat(10_000),
  'y'.repeat(4_096),
  new Map([[1, 2n]]),
  run,
];

const pieces = (key: CallKey) => (isTokens(key) ? key.slice(1) : []).filter((token) => typeof token === 'string');

test('the call key of a long list is its text in pieces, which the engine hashes whole', () => {
  const key = callKeyOf([numbers(100_000)]);
  expect((key as unknown[]).length).toBeLessThan(200);
  expect(pieces(key).length).toBeGreaterThan(50);
  for (const piece of pieces(key)) expect((piece as string).length).toBeLessThan(16_384);
  // A short list stays a list of tokens.
  expect((callKeyOf([numbers(100)]) as unknown[]).length).toBeGreaterThan(100);
});

test('the public key of a long list is the one that keyOf returns', () => {
  for (const list of [
    mixed(),
    numbers(300),
    [numbers(300)],
    [{ list: numbers(300), mixed: mixed() }],
    ['(', numbers(256)],
  ]) {
    const key = callKeyOf(list);
    expect((key as unknown[]).length).toBeLessThan(100);
    expect(publicKeyOf(key)).toBe(keyOf(list));
  }
  const listing = memoize((..._all: unknown[]) => 1);
  listing(...mixed());
  expect([...cacheOf(listing).entries()]).toEqual([[keyOf(mixed()), 1]]);
});

test('long lists have one call key exactly when they are equal, and none begins another', () => {
  // The numbers and the arguments together have about as many tokens as the longest list that is not packed.
  const length = fc.integer({ min: 240, max: 256 });
  let equals = 0;
  fc.assert(
    fc.property(args, args, length, fc.boolean(), fc.boolean(), (a, other, length, isCopy, isFirst) => {
      const [left, right] = [a, isCopy ? a : other].map((list) =>
        isFirst ? [...list, numbers(length)] : [numbers(length), ...list],
      ) as [unknown[], unknown[]];
      const [tokens, others] = [callKeyOf(left) as unknown[], callKeyOf(right) as unknown[]];
      const isSame = keyOf(left) === keyOf(right);
      if (isSame) equals++;
      expect(isSameKey(tokens, others)).toBe(isSame);
      expect(publicKeyOf(tokens)).toBe(keyOf(left));
      const short = Math.min(tokens.length, others.length);
      expect(isSameKey(tokens.slice(0, short), others.slice(0, short))).toBe(isSame);
    }),
    { numRuns: RUNS * 2 },
  );
  expect(equals).toBeGreaterThan(0);
});

test('long lists that differ in one place anywhere have entries of their own', () => {
  const find = memoize((list: unknown[]) => list.slice(), { capacity: Infinity });
  const plain: (number | string)[][] = [numbers(600), numbers(600).map(String)];
  const lists = plain.flatMap((list) =>
    list.map((value, at) => {
      const changed = list.slice();
      changed[at] = typeof value === 'string' ? value.replace(/.$/, '!') : -1 - value;
      return changed;
    }),
  );
  for (let round = 0; round < 2; round++) for (const list of lists) expect(find(list)).toEqual(list);
  expect(cacheOf(find).stats()).toMatchObject({ hits: lists.length, misses: lists.length });
});

test('a long list that was used a moment ago is compared, and not turned into text again', () => {
  const find = memoize((list: unknown[]) => list.length);
  const read = jest.spyOn(String.prototype, 'charCodeAt');
  const reads = () => read.mock.calls.splice(0).length;
  find(numbers(100_000));
  expect(reads()).toBeGreaterThan(100);
  find(numbers(100_000));
  expect(reads()).toBe(0);
  read.mockRestore();
});

test('a call with the texts of a long list as its arguments has an entry of its own', () => {
  for (const [length, texts] of [
    [900, 2],
    [1_700, 3],
  ] as const) {
    const longLists = Array.from({ length: 6 }, (_, i) => Array.from({ length }, (_, at) => (at === 0 ? i : 1234)));
    const find =
      texts === 2
        ? memoize((a: unknown, _b: unknown) => typeof a)
        : memoize((a: unknown, _b: unknown, _c: unknown) => typeof a);
    const call = find as (...given: unknown[]) => string;
    for (const list of longLists) expect(call(list, 0)).toBe('object');
    for (const list of longLists) {
      const given = pieces(callKeyOf([list, 0]));
      expect(given).toHaveLength(texts);
      expect(call(...given)).toBe('string');
    }
  }
});

test('a cache of large keys takes at most 1.3 times as much memory as a Map of JSON texts', () => {
  const { status, stdout, stderr } = run('__tests__/programs/large-keys.ts', {}, ['--expose-gc']);
  expect([status, stderr]).toEqual([0, '']);
  for (const [shape, ratio] of Object.entries(JSON.parse(stdout)))
    expect([shape, (ratio as number) <= 1.3]).toEqual([shape, true]);
});

test('a heap of 80 MB survives 60 keys of half a megabyte', () => {
  const { status, stdout } = run('__tests__/programs/many-large-keys.ts', {}, ['--max-old-space-size=80']);
  expect([status, stdout]).toEqual([0, '60\n']);
});
