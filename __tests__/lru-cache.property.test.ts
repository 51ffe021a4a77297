import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type EvictionCause, LruCache } from 'memokit';

/** The oracle: an array of entries, least recent first, from which the dead are dropped before every operation. */
class Oracle {
  entries: { key: unknown; value: number; dies: number }[] = [];
  now = 0;

  constructor(
    public capacity: number,
    readonly ttl: number,
  ) {}

  bury(): void {
    this.entries = this.entries.filter(({ dies }) => this.now < dies);
  }

  take(key: unknown): { key: unknown; value: number; dies: number } | undefined {
    const at = this.entries.findIndex((entry) => sameValueZero(entry.key, key));
    return at < 0 ? undefined : this.entries.splice(at, 1)[0];
  }

  get(key: unknown): number | undefined {
    const entry = this.take(key);
    if (entry) this.entries.push(entry);
    return entry?.value;
  }

  set(key: unknown, value: number, ttl: number): void {
    this.take(key);
    this.entries.push({ key, value, dies: this.now + ttl });
    this.trim();
  }

  trim(): void {
    // An entry that is dead at once takes its place until it is looked for, as it is the newest.
    this.bury();
    while (this.entries.length > this.capacity) this.entries.shift();
  }
}

const sameValueZero = (a: unknown, b: unknown): boolean => a === b || Object.is(a, b);
const shared = { an: 'object' };
const key = fc.constantFrom<unknown>(
  ...['a', 'b', 'c', '', '__proto__', 'constructor', '\ud800', 0, -0, 1, '1', 1n, Number.NaN],
  ...[null, undefined, true, Symbol.iterator, shared, 'toString'],
);
const ttl = fc.constantFrom(undefined, 0, 1, 5, 20, Infinity);
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constant('set' as const), key, ttl }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constantFrom('get' as const, 'peek' as const, 'has' as const), key }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constantFrom('delete' as const, 'compute' as const), key }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('advance' as const), by: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('resize' as const), to: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('fill' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  fc.record({ name: fc.constant('clear' as const) }),
);

test('the cache agrees with a naive oracle after each of any sequence of operations', () => {
  const capacity = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 100 }));
  const parameters = fc.record({ capacity, ttl: fc.constantFrom(Infinity, 5, 12) });
  fc.assert(
    fc.property(parameters, fc.boolean(), fc.array(command, { maxLength: 80 }), (options, isHeard, commands) => {
      const oracle = new Oracle(options.capacity, options.ttl);
      const left: [unknown, number, EvictionCause][] = [];
      const cache = new LruCache<unknown, number>({
        ...options,
        clock: () => oracle.now,
        onEvict: isHeard ? (...eviction) => left.push(eviction) : undefined,
      });
      let written = 0;
      for (const step of commands) {
        oracle.bury();
        switch (step.name) {
          case 'set':
            written++;
            expect(cache.set(step.key, written, step.ttl === undefined ? undefined : { ttl: step.ttl })).toBe(cache);
            oracle.set(step.key, written, step.ttl ?? options.ttl);
            break;
          case 'get':
            expect(cache.get(step.key)).toBe(oracle.get(step.key));
            break;
          case 'peek':
            expect(cache.peek(step.key)).toBe(oracle.entries.find((e) => sameValueZero(e.key, step.key))?.value);
            break;
          case 'has':
            expect(cache.has(step.key)).toBe(oracle.entries.some((e) => sameValueZero(e.key, step.key)));
            break;
          case 'delete':
            expect(cache.delete(step.key)).toBe(oracle.take(step.key) !== undefined);
            break;
          case 'compute': {
            const found = oracle.get(step.key);
            if (found === undefined) oracle.set(step.key, ++written, options.ttl);
            expect(cache.getOrInsertComputed(step.key, () => written)).toBe(found ?? written);
            break;
          }
          case 'fill':
            for (let key = 0; key < step.count; key++) {
              oracle.bury();
              cache.set(key, ++written);
              oracle.set(key, written, options.ttl);
            }
            break;
          case 'advance':
            oracle.now += step.by;
            oracle.bury();
            break;
          case 'resize':
            cache.resize(step.to);
            oracle.capacity = step.to;
            oracle.trim();
            break;
          case 'clear':
            cache.clear();
            oracle.entries = [];
        }
        oracle.bury();
        expect([...cache]).toEqual(oracle.entries.map((entry) => [entry.key === 0 ? 0 : entry.key, entry.value]));
        expect(cache.size).toBe(oracle.entries.length);
        expect(cache.capacity).toBe(oracle.capacity);
      }
      if (!isHeard) return;
      // Every value that was written is either held or has left, exactly once.
      const accounted = [...cache.values(), ...left.map(([, value]) => value)].sort((a, b) => a - b);
      expect(accounted).toEqual(Array.from({ length: written }, (_, i) => i + 1));
    }),
  );
});

test('the sum of weights never exceeds the capacity, and every entry leaves once', () => {
  const weight = fc.oneof({ weight: 9, arbitrary: fc.nat(7) }, fc.constantFrom(2 ** 60, Number.MAX_VALUE));
  const write = fc.record({ key: fc.nat(9), weight, remove: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 25 }).map((n) => n / 2),
      fc.boolean(),
      fc.array(write, { maxLength: 60 }),
      (capacity, isHeard, writes) => {
        const left: number[] = [];
        const cache = new LruCache<number, { id: number; weight: number }>({
          capacity,
          weigh: (value) => value.weight,
          onEvict: isHeard ? (_, value) => left.push(value.id) : undefined,
        });
        writes.forEach(({ key, weight, remove }, id) => {
          cache.set(key, { id, weight });
          const sum = [...cache.values()].reduce((total, value) => total + value.weight, 0);
          expect(sum).toBeLessThanOrEqual(capacity);
          expect(cache.has(key)).toBe(weight <= capacity);
          if (remove) cache.delete(key);
        });
        if (!isHeard) return;
        const ids = [...left, ...[...cache.values()].map(({ id }) => id)].sort((a, b) => a - b);
        expect(ids).toEqual(writes.map((_, id) => id));
      },
    ),
  );
});

test('a cache refilled from its own entries has the same order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.nat()), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      (writes, capacity) => {
        const cache = new LruCache<unknown, number>({ capacity });
        for (const [k, v] of writes) cache.set(k, v);
        const refilled = new LruCache<unknown, number>({ capacity });
        for (const [k, v] of cache) refilled.set(k, v);
        expect([...refilled]).toEqual([...cache]);
        expect([...new Map(cache)]).toEqual([...cache]);
      },
    ),
  );
});

test('a large cache frees the dead within a bounded number of writes', () => {
  let now = 0;
  const cache = new LruCache<number, number>({ capacity: 1000, ttl: 1000, clock: () => now });
  for (let i = 0; i < 1000; i++) cache.set(i, i);
  now = 500;
  for (let i = 0; i < 500; i++) cache.set(i, i);
  now = 1000;
  for (let i = 0; i < 20; i++) cache.set(2000 + i, i);
  expect(cache.size).toBe(520);
  expect(cache.has(0)).toBe(true);
});

test('the dead do not pile up in a cache without a bound', () => {
  let now = 0;
  let left = 0;
  const cache = new LruCache<number, number>({ capacity: Infinity, ttl: 100, clock: () => now, onEvict: () => left++ });
  for (let i = 0; i < 10_000; i++) {
    now = i;
    cache.set(i, i);
    expect(i + 1 - left).toBeLessThanOrEqual(210);
  }
});
