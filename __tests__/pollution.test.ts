import { expect, test } from '@jest/globals';
import { cached, cachedProxy, cacheOf, evicts, LruCache, memoize, OptionError, puts } from 'memokit';
import { error } from './support/error.js';
import { run } from './support/run.js';

/** An unsafe merge anywhere in a program may add properties to `Object.prototype`, and so to every options object. */

for (const dialect of ['standard', 'legacy']) {
  test(`no name on Object.prototype changes what memokit does, before or after a definition: ${dialect} decorators`, () => {
    const { status, stdout, stderr } = run('__tests__/programs/pollution.ts', {}, [], [dialect]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { runs, names, skipped, differences } = JSON.parse(stdout);
    expect(differences).toEqual([]);
    expect(runs).toBeGreaterThan(50);
    expect(names).toBeGreaterThan(100);
    // Where timers and signals of the platform itself fail, memokit cannot do better.
    expect(skipped.length).toBeLessThan(runs / 3);
  }, 400_000);
}

/** Runs a callback while `Object.prototype` has more properties. */
function polluted<T>(properties: Record<string, unknown>, callback: () => T): T {
  Object.assign(Object.prototype, properties);
  try {
    return callback();
  } finally {
    for (const name of Object.keys(properties)) delete (Object.prototype as never)[name];
  }
}

test('per, ttl, capacity and key on Object.prototype are no options', () => {
  class Service {
    constructor(readonly id: number) {}
  }
  const load = function (this: Service, n: number) {
    return this.id * n;
  };
  const hostile = { per: 'class', ttl: 1e-9, capacity: 1, key: () => 'all' };
  const [get, cache] = polluted(hostile, () => [memoize(load, { per: 'instance' }), new LruCache<string, number>()]);
  const [one, two] = [new Service(1), new Service(2)];
  expect([get.call(one, 5), get.call(two, 5), get.call(one, 6), cacheOf(one, get).size]).toEqual([5, 10, 6, 2]);
  expect([cache.capacity, cache.ttl]).toEqual([128, Infinity]);
});

test('listeners on Object.prototype are never called', () => {
  const calls: string[] = [];
  const hear = (name: string) => () => void calls.push(name);
  const get = memoize((n: number) => n, { capacity: 1, key: (n) => n, on: {} });
  polluted({ hit: hear('hit'), miss: hear('miss'), evict: hear('evict'), error: hear('error') }, () => {
    for (const n of [1, 1, 2]) get(n);
  });
  cacheOf(get).clear();
  expect(calls).toEqual([]);
});

test('ttl on Object.prototype changes no call of set', () => {
  const cache = new LruCache<string, number>();
  polluted({ ttl: 5 }, () => cache.set('a', 1).set('b', 2, {}).set('c', 3, { ttl: 50 }));
  expect(['a', 'b', 'c'].map((key) => cache.expiresIn(key)! > 50)).toEqual([true, true, false]);
});

const call = (fn: unknown, ...args: unknown[]) => (fn as (...args: unknown[]) => unknown)(...args);
const method = () => 1;
/** Every place that takes options, with the name of one of them and a value for it. */
const PLACES: [place: string, name: string, value: unknown, take: (options: object) => unknown][] = [
  ['memoize', 'ttl', 5, (options) => memoize(() => 1, options)],
  ['memoize.many', 'ttl', 5, (options) => memoize.many(async (list: readonly number[]) => list, options)],
  ['cached', 'ttl', 5, (options) => cached(options)],
  ['cachedProxy', 'ttl', 5, (options) => cachedProxy({ method }, { method: options })],
  ['evicts', 'before', true, (options) => call(evicts, 'method', options)],
  ['puts', 'by', 'result', (options) => call(puts, 'method', () => [], options)],
  ['on', 'hit', method, (on) => memoize(() => 1, { on })],
  ['LruCache', 'ttl', 5, (options) => new LruCache(options)],
  ['set', 'ttl', 5, (options) => new LruCache().set(1, 1, options)],
];

for (const [place, name, value, take] of PLACES) {
  test(`options that are inherited are refused with their name: ${place}`, () => {
    const message = new RegExp(`expected ${name} as an own property, but got: an inherited one$`);
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message: expect.stringMatching(message) as never });
    class Defaults {
      get [name]() {
        return value;
      }
    }
    for (const options of [Object.create({ [name]: value }), new Defaults()])
      expect(() => take(options)).toThrow(refusal);
  });

  test(`the fields of an instance of a class are options: ${place}`, () => {
    class Options {
      [name] = value;
    }
    expect(() => take(new Options())).not.toThrow();
    expect(() => take(Object.assign(Object.create(null), { [name]: value }))).not.toThrow();
  });

  test(`an option is read once: ${place}`, () => {
    let reads = 0;
    const get = () => (++reads === 1 ? value : 'another answer');
    expect(() => take(Object.defineProperty({}, name, { get, enumerable: true }))).not.toThrow();
    expect(reads).toBe(1);
  });
}

test('an inherited option is an OptionError also where a name of Object.prototype is polluted', () => {
  const options = Object.create({ ttl: 5 });
  polluted({ capacity: 5 }, () => expect(() => memoize(() => 1, options)).toThrow(OptionError));
});
