import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArgumentError, cached, memoize } from 'memokit';
import { fingerprint } from 'memokit/disk';

/** Returns a function with a source, as another module would have it. */
function functionOf(source: string): () => unknown {
  return new Function(`return (${source})`)() as () => unknown;
}

const bodies = fc.array(fc.constantFrom('a', 'b', '1', '2', ' + ', '"x"', ' ', '(', ')', '/* */'), { maxLength: 8 });
const sources = bodies
  .map((tokens) => `(a, b) => { ${tokens.join('')} }`)
  .filter((source) => {
    try {
      functionOf(source);
      return true;
    } catch {
      return false;
    }
  });

test('fingerprints of the same sources are the same, and of others differ', () => {
  fc.assert(
    fc.property(fc.array(sources, { minLength: 1 }), fc.array(sources, { minLength: 1 }), (some, others) => {
      const [one, again, other] = [some, some, others].map((texts) => fingerprint(...texts.map(functionOf)));
      expect(again).toBe(one);
      expect(other === one).toBe(JSON.stringify(some) === JSON.stringify(others));
    }),
  );
});

test('a fingerprint depends on the order of the functions and on where each of them ends', () => {
  const [one, two] = [() => 1, () => 2];
  const made = [fingerprint(one, two), fingerprint(two, one), fingerprint(one), fingerprint(one, one)];
  expect(new Set(made).size).toBe(4);
  for (const text of made) expect(text).toMatch(/^[\w-]{22}$/);
});

test('a space or a comment inside of a function changes its fingerprint', () => {
  const texts = ['() => 1', '() =>  1', '() => /* one */ 1', '()=>1'];
  expect(new Set(texts.map((text) => fingerprint(functionOf(text)))).size).toBe(4);
});

test('classes and functions of every kind have fingerprints', () => {
  class Service {
    get(): number {
      return 1;
    }
  }
  abstract class Base {}
  const made = [Service, Base, new Service().get, async () => 1, function* () {}, async function* () {}].map((each) =>
    fingerprint(each),
  );
  expect(new Set(made).size).toBe(6);
});

test('the fingerprint of a memoized function is that of the function inside', () => {
  const square = (n: number) => n * n;
  const inner = (n: number) => n + n;
  class Service {
    get = inner;
  }
  const method = cached()(Service.prototype.get ?? inner, {
    kind: 'method',
    name: 'get',
    static: false,
    private: false,
    access: { has: () => true, get: () => inner },
    addInitializer() {},
    metadata: {},
  } as never) as typeof inner;
  expect(fingerprint(memoize(square))).toBe(fingerprint(square));
  expect(fingerprint(method)).toBe(fingerprint(inner));
  expect(fingerprint(memoize(square))).not.toBe(fingerprint(memoize(inner)));
});

test('a fingerprint of what has no source is refused with its position', () => {
  const proxy = new Proxy(() => 1, {});
  const wrong: [unknown, string][] = [
    [undefined, 'fingerprint: argument 2: expected a function or class, but got: undefined'],
    ['() => 1', 'fingerprint: argument 2: expected a function or class, but got: string () => 1'],
    [
      Math.max,
      'fingerprint: argument 2: expected a function or class whose source is known, but got one that is built in, bound or a proxy',
    ],
  ];
  for (const given of [Map, (() => 1).bind(null), proxy, Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get])
    wrong.push([given, wrong[2]![1]]);
  for (const [given, message] of wrong) {
    expect(() => fingerprint(() => 1, given as () => 1)).toThrow(new ArgumentError(message));
    expect(() => fingerprint(() => 1, given as () => 1)).toThrow(ArgumentError);
  }
  expect(() => fingerprint()).toThrow('fingerprint: expected at least one function');
});
