import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { SlotIndex } from '../src/lru/slot-index.js';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

/** An index with a Map beside it that is told the same. */
class Pair {
  index = new SlotIndex<unknown>();
  readonly model = new Map<unknown, number>();

  set(key: unknown, slot: number): void {
    this.index.set(key, slot);
    this.model.set(key, slot);
  }

  delete(key: unknown): void {
    this.index.delete(key);
    this.model.delete(key);
  }

  clear(): void {
    this.index = new SlotIndex();
    this.model.clear();
  }

  check(...keys: unknown[]): void {
    const all = [...this.model.keys(), ...keys];
    // Compared without `expect`, which would take minutes.
    const wrong = all.filter((key) => this.index.get(key) !== (this.model.get(key) ?? 0));
    expect([wrong, this.index.size]).toEqual([[], this.model.size]);
  }
}

const isOpen = ({ width }: SlotIndex<unknown>) => width > 0;

test('an index agrees with a Map after each of any sequence of operations', () => {
  let opened = 0;
  const close = fc.integer({ min: -40, max: 400 });
  const apart = fc.oneof(
    fc.integer(),
    fc.constantFrom<unknown>(
      -0,
      0.5,
      Number.NaN,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      2 ** 32 + 5,
      -Infinity,
      '1',
      'a',
      null,
    ),
  );
  const key = fc.oneof({ arbitrary: close, weight: 30 }, { arbitrary: apart, weight: 1 });
  const operation = fc.tuple(
    fc.oneof(
      { arbitrary: fc.constant('set'), weight: 60 },
      { arbitrary: fc.constant('delete'), weight: 30 },
      { arbitrary: fc.constant('clear'), weight: 1 },
    ),
    key,
  );
  fc.assert(
    fc.property(fc.integer(), fc.array(operation, { maxLength: 300, size: 'max' }), (base, operations) => {
      const pair = new Pair();
      let slot = 0;
      for (const [name, given] of operations) {
        const each = typeof given === 'number' && Number.isInteger(given) ? (given + base) | 0 : given;
        if (name === 'clear') pair.clear();
        else if (name === 'delete' || pair.model.has(each)) pair.delete(each);
        else pair.set(each, ++slot);
        if (isOpen(pair.index)) opened++;
        pair.check(each, base, base - 1, 0.5);
      }
    }),
    { numRuns: RUNS },
  );
  expect(opened).toBeGreaterThan(100);
});

test('whole numbers that lie close share a window, and it goes along with them', () => {
  for (const start of [0, 1_000_000, -500, 2 ** 31 - 700, -(2 ** 31)]) {
    const pair = new Pair();
    for (let i = 0; i < 10_000; i++) {
      const key = (start + i) | 0;
      pair.set(key, i + 1);
      if (i >= 500) pair.delete((key - 500) | 0);
      if (i > 20 && start + i < 2 ** 31) expect([start, i, isOpen(pair.index)]).toEqual([start, i, true]);
    }
    pair.check();
    expect(pair.index.width).toBeLessThan(2_000);
  }
});

test('numbers that lie apart have no window, and those that come later do not widen one', () => {
  const pair = new Pair();
  for (let i = 1; i <= 1000; i++) pair.set(i * 5000, i);
  expect(isOpen(pair.index)).toBe(false);
  pair.clear();
  for (let i = 1; i <= 1000; i++) pair.set(i, i);
  const length = pair.index.width;
  expect(length).toBeGreaterThan(0);
  for (let i = 1; i <= 5000; i++) pair.set(i * 1_000_000, i);
  expect(pair.index.width).toBeLessThanOrEqual(2 * length);
  pair.check(0, 1001);
  for (let i = 1; i <= 1500; i++) pair.delete(i);
  // The empty window goes at the next look.
  for (let i = 1; i <= 20_000; i++) pair.set(-i * 1000, i);
  expect(isOpen(pair.index)).toBe(false);
  pair.check();
});

test('numbers of a hundredth of those that could be have a window once they are many, and few have a small one', () => {
  const index = new SlotIndex<number>();
  let step = 0;
  // A thousand of 20,000, of which the oldest makes room for the next.
  const keys = Array.from({ length: 6000 }, (_, i) => (i * 7919) % 20_000);
  for (const [i, key] of keys.entries()) {
    if (i >= 1000) index.delete(keys[i - 1000]!);
    index.set(key, (step++ % 1000) + 1);
  }
  expect([isOpen(index), index.size]).toEqual([true, 1000]);
  expect(index.width).toBeLessThanOrEqual(24 * 1000 + 64);
});

test('keys that jump to and fro cost no more than a few moves of the window', () => {
  const index = new SlotIndex<number>();
  for (let i = 0; i < 1000; i++) index.set(i, i + 1);
  let moves = 0;
  let { window } = index;
  for (let i = 0; i < 10_000; i++) {
    const key = i % 2 === 0 ? 12_000 : -12_000;
    index.set(key, 1001);
    index.delete(key);
    if (index.window !== window) moves++;
    window = index.window;
  }
  expect(moves).toBeLessThan(40);
});

test('an index without room for one more because of what was deleted is made anew', () => {
  const index = new SlotIndex<string>();
  index.set('a', 1);
  index.set('b', 2);
  const { set } = Map.prototype;
  let failures = 1;
  let held = 2 ** 23;
  const size = jest.spyOn(Map.prototype, 'size', 'get').mockImplementation(() => held);
  const full = jest.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, ...entry) {
    if (entry[0] === 'c' && failures-- > 0) throw new RangeError('Map maximum size exceeded');
    return set.apply(this, entry);
  });
  try {
    index.set('c', 3);
    // One that is not full of what was deleted has no room to be made.
    failures = 1;
    held = 100;
    expect(() => index.set('c', 4)).toThrow('Map maximum size exceeded');
  } finally {
    full.mockRestore();
    size.mockRestore();
  }
  expect([index.get('a'), index.get('b'), index.get('c'), index.size]).toEqual([1, 2, 3, 3]);
});
