import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { keyOf } from 'memokit';
import { equal } from './support/equality.js';

/** Random pairs are seldom equal, so there are many of them. */
const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

const registered = Symbol.for('registered');
const unique = Symbol('unique');
const opaque = [() => 1, class {}, new Error('same'), new Error('same'), new WeakMap(), unique] as const;

/** Atoms that read alike in many encodings, so that two random draws are often confusable and often equal. */
const atom = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0, -0, 1, Number.NaN, Infinity, 1n, 0n, -1n, 10n),
  fc.constantFrom<unknown>(
    '',
    '0',
    '1',
    'true',
    'null',
    'undefined',
    'NaN',
    '1n',
    ',',
    '(',
    '(1;d1;',
    's1:a',
    '}',
    '*',
    '\ud800',
  ),
  fc.constantFrom<unknown>(registered, ...opaque),
  fc.string({ unit: fc.constantFrom('s', 'd', '1', ':', ';', '*', '}', '('), maxLength: 4 }),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
);

const name = fc.constantFrom('a', 'b', '0', '1', 'length', '__proto__', 'constructor', '');

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.sparseArray(tie('value'), { maxLength: 4, maxNumElements: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: false }),
    fc.tuple(tie('value'), fc.boolean()).map(([v, own]) => (own ? { [registered]: v } : { [unique]: v })),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((members) => new Set(members)),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 2 }), tie('value'))
      .map(([members, hung]) => Object.assign(new Set(members), { [registered]: hung })),
    fc.constantFrom(0, 1, Number.NaN).map((time) => new Date(time)),
    fc.constantFrom('a', 'b').map((source) => new RegExp(source, 'g')),
    fc.constantFrom<unknown>(0, -0, '', 'a', true, 1n, registered).map((primitive) => Object(primitive)),
    fc.uint8Array({ maxLength: 3 }),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes.slice().buffer),
    fc.int8Array({ maxLength: 3 }),
    fc.float64Array({ maxLength: 2, noNaN: true }),
    fc.constantFrom('http://a/', 'http://a/?b').map((href) => new URL(href)),
  ),
}));

const args = fc.array(value, { maxLength: 3 });

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
