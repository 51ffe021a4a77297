import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cacheKey, keyOf } from 'memokit';
import { flatten, isToken, release } from '../src/key/flatten.js';
import { keyOfTokens } from '../src/key/key.js';
import { Leaf, sameTokens, TokenTree } from '../src/key/token-tree.js';

class TestLeaf extends Leaf {
  constructor(readonly tokens: readonly unknown[]) {
    super();
  }
}

const tokensOf = (args: readonly unknown[]) => {
  const tokens = flatten(args);
  release(tokens);
  return tokens.list.slice(0, tokens.count);
};

/** The list in which arguments are flattened, once it has been given back. */
const listOf = (args: readonly unknown[]) => {
  const tokens = flatten(args);
  release(tokens);
  return tokens.list;
};

const sameList = (a: readonly unknown[], b: readonly unknown[]) =>
  sameTokens(tokensOf(a), tokensOf(b), tokensOf(b).length);

test('what is its own token is a primitive other than -0', () => {
  const symbol = Symbol('s');
  for (const atom of [1, 0, 'a', '', true, null, undefined, 1n, symbol, Number.NaN]) {
    expect(isToken(atom)).toBe(true);
    expect(tokensOf([atom, 'b'])).toEqual([2, atom, 'b']);
    expect(tokensOf([1, atom, 'b'])).toEqual([3, 1, atom, 'b']);
  }
  for (const other of [-0, {}, [], () => 1, new Date()]) expect(isToken(other)).toBe(false);
});

test('two or three arguments are found without a list of them, wherever lists differ', () => {
  const atoms = [0, 1, 2, 3, '1', undefined, null, Number.NaN, 1n];
  const lists = [[], [1], [{ a: 1 }], [1, [2]], [-0, 1], [1, 2, 3, 1], ...atoms.map((atom) => [atom, 1])];
  for (const a of atoms) for (const b of atoms) lists.push([1, a, b], [a, b, 1], [a, b]);
  const tree = new TokenTree<TestLeaf>();
  const check = (list: readonly unknown[]) => {
    const [a, b, c] = list;
    const tokens = tokensOf(list);
    expect(tree.findShort(list.length as 2 | 3, a, b, c)).toBe(tree.find(tokens, tokens.length));
  };
  const short = lists.filter((list) => [2, 3].includes(list.length) && list.every(isToken));
  expect(short.length).toBeGreaterThan(200);
  for (const list of lists) {
    short.slice(0, 40).forEach(check);
    const tokens = tokensOf(list);
    if (tree.find(tokens, tokens.length) === undefined) tree.add(new TestLeaf(tokens));
  }
  for (const list of short) {
    check(list);
    const [a, b, c] = list;
    expect(tree.findShort(list.length as 2 | 3, a, b, c)).toBeDefined();
  }
  expect(tree.findShort(2, 5, 5, undefined)).toBe(undefined);
});

test('two or three arguments are found in a tree of few lists as any list is', () => {
  const atom = fc.constantFrom<unknown>(1, 2, '1', undefined, Number.NaN);
  const argument = fc.oneof(
    { arbitrary: atom, weight: 5 },
    { arbitrary: fc.constantFrom<unknown>(-0, {}, [], [1]), weight: 1 },
  );
  const list = fc.array(argument, { minLength: 1, maxLength: 4 });
  const short = fc.array(atom, { minLength: 2, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 8 }), fc.array(short, { minLength: 10, maxLength: 20 }), (lists, asked) => {
      const tree = new TokenTree<TestLeaf>();
      const find = (tokens: readonly unknown[]) => tree.find(tokens, tokens.length);
      for (const tokens of lists.map(tokensOf)) if (find(tokens) === undefined) tree.add(new TestLeaf(tokens));
      for (const args of [...asked, ...lists.filter((args) => [2, 3].includes(args.length) && args.every(isToken))]) {
        const [a, b, c] = args;
        expect(tree.findShort(args.length as 2 | 3, a, b, c)).toBe(find(tokensOf(args)));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is flattened while another list is being read disturbs it in nothing', () => {
  const inner = [{ deep: [1, 2, 3] }, 'x'];
  const busy = {
    before: 1,
    get now() {
      tokensOf(inner);
      return keyOf([this.before, keyOf(inner)]);
    },
    [cacheKey]: undefined,
    zebra: { a: [1] },
  };
  const calm = { ...busy };
  expect(tokensOf([busy, 2])).toEqual(tokensOf([calm, 2]));
  expect(keyOf([busy, 2])).toBe(keyOf([calm, 2]));
});

test('an error on the way leaves the next list as it should be', () => {
  const hostile = {
    a: [1, 2, { b: 1 }],
    get z() {
      throw new Error('mine');
    },
  };
  const before = tokensOf([{ a: 1 }, [2]]);
  for (let i = 0; i < 3; i++) {
    expect(() => flatten([[[hostile]], 1])).toThrow('mine');
    expect(tokensOf([{ a: 1 }, [2]])).toEqual(before);
  }
  const catching = {
    get a() {
      expect(() => flatten([hostile])).toThrow('mine');
      return 1;
    },
  };
  expect(tokensOf([catching, [2]])).toEqual(before);
});

test('neither a large list nor a numbered one nor a nested one leaves tokens or objects behind', () => {
  const kept = () =>
    JSON.stringify(
      listOf([1])
        .slice(2)
        .filter((token) => token !== undefined),
    );
  listOf(['a', 'b', 'c', { d: ['e'] }]);
  expect(kept()).toBe('[]');
  const cycle: unknown[] = ['f'];
  cycle.push(cycle);
  listOf([cycle]);
  expect(kept()).toBe('[]');
  const long = listOf([{ long: 'x'.repeat(100_000) }]);
  expect(long.filter((token) => token !== undefined)).toEqual([]);
  expect(listOf([new Array(5_000).fill(0)]).filter((token) => token !== undefined)).toEqual([]);
  const numbered: unknown[] = new Array(11_000).fill({ g: 'h' });
  expect(listOf([numbered]).filter((token) => token !== undefined)).toEqual([]);
  // A buffer with room for 5,000 tokens is used again, and a very large one is not.
  expect(listOf([1])).toBe(long);
  expect(listOf([new Array(200_000).fill(0)])).not.toBe(listOf([1]));
  expect(listOf([2])).toBe(listOf([1]));
  // Not before it was given back.
  expect(flatten([2]).list).not.toBe(flatten([1]).list);
});

test('an order of keys that was met before is not taken for that of other keys', () => {
  // All of one length, with equal first and last keys: they meet in one place of whatever keeps orders.
  for (const keys of ['zbca', 'zcba', 'zdba', 'zbda', 'zbca', 'zdba']) {
    const entries = [...keys].map((key) => [key, key] as const);
    expect(tokensOf([Object.fromEntries(entries)]).slice(3)).toEqual(entries.sort().flat());
  }
  // The same keys with one more behind them, which in some case leads to the same place.
  for (let code = 0; code < 256; code++) {
    const more = { z: 1, b: 1, [String.fromCharCode(code)]: 1 };
    tokensOf([{ z: 1, b: 1 }]);
    expect(tokensOf([more]).slice(3)).toEqual(
      Object.entries(more)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flat(),
    );
  }
});

test('symbol keys are counted, lest one list begin another', () => {
  const symbol = Symbol.for('x');
  const short = tokensOf([{}, Object(symbol)]);
  const long = tokensOf([{ [symbol]: 0 }, Object(symbol)]);
  expect(sameTokens(short, long.slice(0, short.length), short.length)).toBe(false);
});

test('an array is dense, sparse or has other properties, and its elements are read once', () => {
  const array = (length: number, properties: object) => Object.assign(new Array(length), properties);
  const arrays = [
    [1, 2],
    array(2, { 0: 1 }),
    array(2, { 1: 1 }),
    array(2, { 1: 1, x: 1 }),
    array(2, { 0: 1, x: undefined }),
    array(2, { 0: 1, x: 2 }),
    array(2, { 0: 1, 1: 2, x: 3 }),
    array(2, { 0: 1, 1: 2, [Symbol.for('x')]: 3 }),
    [1, undefined],
    array(1, { 0: 1 }),
  ];
  for (const [i, a] of arrays.entries()) {
    for (const [j, b] of arrays.entries()) expect(sameList([a], [b])).toBe(i === j);
  }
  let reads = 0;
  const counted = Object.defineProperty([0], 0, { enumerable: true, get: () => ++reads });
  expect(tokensOf([counted])).toEqual(tokensOf([[1]]));
  expect(reads).toBe(1);
});

test('tokens give the key that their arguments have', () => {
  for (const args of [[], [1], ['a'], ['(2;'], [-0], [Number.NaN], [null], [{}], [() => 1], [1, 2], [[undefined]]]) {
    expect(keyOfTokens(tokensOf(args))).toBe(keyOf(args));
  }
});

test('a tree of one, two or no leaves finds what is in it', () => {
  const tree = new TokenTree<TestLeaf>();
  const leaf = (...args: unknown[]) => new TestLeaf(tokensOf(args));
  const find = (...args: unknown[]) => tree.find(tokensOf(args), tokensOf(args).length);
  expect(find('a')).toBe(undefined);
  const [a, b] = [leaf('a', Number.NaN), leaf('__proto__', 1)];
  tree.add(a);
  expect(find('a', Number.NaN)).toBe(a);
  expect(find('a', 1)).toBe(undefined);
  expect(find()).toBe(undefined);
  tree.add(b);
  expect(find('__proto__', 1)).toBe(b);
  expect(find('constructor', 1)).toBe(undefined);
  expect(tree.add(leaf('a', Number.NaN))).toBe(a);
  tree.remove(a);
  expect(find('__proto__', 1)).toBe(b);
  tree.remove(b);
  expect(find('__proto__', 1)).toBe(undefined);
});

test('a list as long as a branch is deep, and lists that differ late, overflow nothing', () => {
  const tree = new TokenTree<TestLeaf>();
  const row = (i: number) => Array.from({ length: 3_000 }, (_, j) => (j < i ? 0 : 1));
  const leaves = Array.from({ length: 300 }, (_, i) => new TestLeaf([3_000, ...row(i * 10)]));
  for (const leaf of leaves) tree.add(leaf);
  for (const leaf of leaves) expect(tree.find(leaf.tokens, 3_001)).toBe(leaf);
  for (const leaf of leaves.slice(1)) tree.remove(leaf);
  expect(tree.find(leaves[0]!.tokens, 3_001)).toBe(leaves[0]);
});

test('a branch with one child left is a branch no more', () => {
  const tree = new TokenTree<TestLeaf>();
  const leaves = [
    [2, 'a', 1],
    [2, 'a', 2],
    [2, 'b', 1],
  ].map((tokens) => new TestLeaf(tokens));
  let reads = 0;
  const list = new Proxy([2, 'a', 1], {
    get(target, index) {
      reads++;
      return Reflect.get(target, index);
    },
  });
  const readsOfFind = () => {
    reads = 0;
    expect(tree.find(list, 3)).toBe(leaves[0]);
    return reads;
  };
  tree.add(leaves[0]!);
  const alone = readsOfFind();
  tree.add(leaves[1]!);
  tree.add(leaves[2]!);
  expect(readsOfFind()).toBe(alone + 2);
  tree.remove(leaves[2]!);
  expect(readsOfFind()).toBe(alone + 1);
  tree.remove(leaves[1]!);
  expect(readsOfFind()).toBe(alone);
});

test('lists that differ above where others branch are told apart after a branch in between is gone', () => {
  const tree = new TokenTree<TestLeaf>();
  const [one, two, other] = [
    ['a', 'x', 1],
    ['a', 'x', 2],
    ['b', 'x', 1],
  ].map((tokens) => new TestLeaf(tokens));
  for (const leaf of [one!, two!, other!]) tree.add(leaf);
  tree.remove(other!);
  expect(tree.add(other!)).toBe(undefined);
  for (const leaf of [one!, two!, other!]) expect(tree.find(leaf.tokens, 3)).toBe(leaf);
});
