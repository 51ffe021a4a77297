import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { keyOf } from 'memokit';
import { flatten } from '../src/key/flatten.js';
import { keyOfTokens } from '../src/key/key.js';
import { Leaf, sameTokens, TokenTree } from '../src/key/token-tree.js';
import { args } from './support/arguments.js';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

class TestLeaf extends Leaf {
  constructor(readonly tokens: readonly unknown[]) {
    super();
  }
}

const tokensOf = (list: readonly unknown[]) => {
  const { list: tokens, count } = flatten(list);
  return tokens.slice(0, count);
};

test('two argument lists have the same tokens exactly when they have one key, and none begins the other', () => {
  let equals = 0;
  fc.assert(
    fc.property(args, args, (a, b) => {
      const [left, right] = [tokensOf(a), tokensOf(b)];
      const same = Object.is(keyOf(a), keyOf(b)) || keyOf(a) === keyOf(b);
      if (same) equals++;
      expect(sameTokens(left, right, right.length)).toBe(same);
      const short = Math.min(left.length, right.length);
      expect(sameTokens(left.slice(0, short), right, short)).toBe(same);
      expect(Object.is(keyOfTokens(left), keyOf(a))).toBe(true);
    }),
    { numRuns: RUNS * 5 },
  );
  expect(equals).toBeGreaterThan(20);
});

const operations = fc.array(fc.tuple(fc.constantFrom('use', 'use', 'remove'), args), { maxLength: 60 });

test('a token tree agrees with a Map of rendered keys after each of any sequence of operations', () => {
  let found = 0;
  fc.assert(
    fc.property(operations, (sequence) => {
      const tree = new TokenTree<TestLeaf>();
      const oracle = new Map<unknown, TestLeaf>();
      for (const [operation, list] of sequence) {
        const key = keyOf(list);
        const { list: tokens, count } = flatten(list);
        const leaf = tree.find(tokens, count);
        expect(leaf).toBe(oracle.get(key));
        if (leaf !== undefined) found++;
        if (operation === 'remove' && leaf !== undefined) {
          tree.remove(leaf);
          oracle.delete(key);
        } else if (leaf === undefined) {
          const added = new TestLeaf(tokens.slice(0, count));
          tree.add(added);
          oracle.set(key, added);
        }
      }
      for (const leaf of oracle.values()) expect(tree.find(leaf.tokens, leaf.tokens.length)).toBe(leaf);
      for (const leaf of oracle.values()) {
        tree.remove(leaf);
        expect(tree.find(leaf.tokens, leaf.tokens.length)).toBe(undefined);
      }
    }),
    { numRuns: RUNS },
  );
  expect(found).toBeGreaterThan(100);
});

test('a token tree of lists over few tokens branches and joins at every place', () => {
  // Of one length, so that none begins another.
  const list = fc.array(fc.constantFrom<unknown>(0, 1, '0', Number.NaN), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 80 }), (lists) => {
      const tree = new TokenTree<TestLeaf>();
      const inside = new Map<string, TestLeaf>();
      for (const tokens of lists) {
        const key = tokens.map((token) => typeof token + String(token)).join();
        const leaf = inside.get(key);
        expect(tree.find(tokens, 5)).toBe(leaf);
        if (leaf !== undefined) {
          tree.remove(leaf);
          inside.delete(key);
        } else {
          inside.set(key, new TestLeaf(tokens));
          tree.add(inside.get(key)!);
        }
        for (const each of inside.values()) expect(tree.find(each.tokens, 5)).toBe(each);
      }
    }),
    { numRuns: RUNS },
  );
});
