import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { keyOf, registerCacheKey } from 'memokit';
import { args, Hidden } from './support/arguments.js';
import { equal, registered } from './support/equality.js';
import { strict } from './support/strict.js';

registered.push([Hidden, ({ content }) => content]);
for (const [Class, key] of registered) registerCacheKey(Class, key);

/** Random pairs are seldom equal, so there are many of them. */
const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

test('two argument lists have one key exactly when they are equal', () => {
  let equals = 0;
  fc.assert(
    fc.property(args, args, (a, b) => {
      const same = equal(a, b);
      if (same) equals++;
      expect(Object.is(keyOf(a), keyOf(b)) || keyOf(a) === keyOf(b)).toBe(same);
    }),
    { numRuns: RUNS * 15 },
  );
  // The draw is worth nothing unless both answers occur.
  expect(equals).toBeGreaterThan(50);
});

test('two copies of an argument list have one key', () => {
  fc.assert(
    fc.property(fc.clone(args, 2), ([a, b]) => {
      expect(equal(a, b)).toBe(true);
      expect(Object.is(keyOf(a), keyOf(b))).toBe(true);
    }),
    { numRuns: RUNS * 5 },
  );
});

test('the order of the keys of an object does not matter, at any depth', () => {
  const shuffle = (target: unknown): unknown => {
    if (Array.isArray(target)) return target.map(shuffle);
    if (target === null || typeof target !== 'object') return target;
    return Object.fromEntries(
      Object.entries(target)
        .reverse()
        .map(([k, v]) => [k, shuffle(v)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(keyOf([shuffle(json)])).toBe(keyOf([json]));
    }),
  );
});

test('strict proxies of plain objects, at any depth, have the key of what they stand for', () => {
  const wrap = (target: unknown): unknown => {
    if (Array.isArray(target)) return target.map(wrap);
    if (target === null || typeof target !== 'object') return target;
    return strict(Object.fromEntries(Object.entries(target).map(([name, value]) => [name, wrap(value)])));
  };
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(keyOf([wrap(json)])).toBe(keyOf([json]));
    }),
  );
});

test('cyclic structures have one key exactly when they are copies', () => {
  const graph = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 5 });
  const build = (edges: [number, number][]): object => {
    const nodes = edges.map(() => ({}) as Record<string, object>);
    edges.forEach(([left, right], i) => {
      nodes[i]!.left = nodes[left % nodes.length]!;
      nodes[i]!.right = nodes[right % nodes.length]!;
    });
    return nodes[0]!;
  };
  /** The graph as reached from its root: what a reader that only follows edges can know of it. */
  const shape = (root: object): string => {
    const seen = new Map<object, number>([[root, 0]]);
    let text = '';
    for (const node of seen.keys()) {
      for (const next of Object.values(node)) {
        if (!seen.has(next)) seen.set(next, seen.size);
        text += `${seen.get(next)} `;
      }
    }
    return text;
  };
  fc.assert(
    fc.property(graph, graph, (a, b) => {
      expect(keyOf([build(a)]) === keyOf([build(b)])).toBe(shape(build(a)) === shape(build(b)));
    }),
  );
});
