import { expect, test } from '@jest/globals';
import { keyOf } from 'memokit';
import { CallIndex } from '../src/key/call-index.js';
import { callKeyOf, isSameKey, publicKeyOf } from '../src/key/call-key.js';

/** Argument lists of which no two are equal: none, a primitive, an object, several. */
const LISTS = [[], [1], ['a'], ['(1;'], [undefined], [-0], [[]], [{ a: 1 }], [1, 2], [2, 1], [1, { a: 1 }]];

test('the public key of a call key is the key of the arguments', () => {
  for (const list of LISTS) expect(publicKeyOf(callKeyOf(list))).toBe(keyOf(list));
});

test('two call keys are the same exactly when their arguments are equal', () => {
  for (const [i, a] of LISTS.entries()) {
    for (const [j, b] of LISTS.entries()) expect(isSameKey(callKeyOf(a), callKeyOf(b))).toBe(i === j);
  }
});

test('an index finds, replaces, counts and forgets what is set for a call', () => {
  const index = new CallIndex<string>();
  expect([index.size, ...index.values()]).toEqual([0]);
  for (const list of LISTS) {
    expect(index.get(callKeyOf(list))).toBe(undefined);
    expect(index.delete(callKeyOf(list))).toBe(false);
    index.set(callKeyOf(list), 'old');
    index.set(callKeyOf(list), String(keyOf(list)));
  }
  expect(index.size).toBe(LISTS.length);
  expect([...index.values()].sort()).toEqual(LISTS.map((list) => String(keyOf(list))).sort());
  for (const [i, list] of LISTS.entries()) {
    expect(index.get(callKeyOf(list))).toBe(String(keyOf(list)));
    expect(index.delete(callKeyOf(list))).toBe(true);
    expect(index.delete(callKeyOf(list))).toBe(false);
    expect([index.get(callKeyOf(list)), index.size]).toEqual([undefined, LISTS.length - i - 1]);
  }
});

test('an index that was cleared is empty, and can be filled anew', () => {
  const index = new CallIndex<number>();
  for (let round = 0; round < 2; round++) {
    for (const list of LISTS) index.set(callKeyOf(list), round);
    expect([index.size, ...index.values()]).toEqual([LISTS.length, ...LISTS.map(() => round)]);
    index.clear();
    expect([index.size, ...index.values()]).toEqual([0]);
    for (const list of LISTS) expect(index.get(callKeyOf(list))).toBe(undefined);
  }
});
