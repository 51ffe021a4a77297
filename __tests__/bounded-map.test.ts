import { expect, test } from '@jest/globals';
import { BoundedMap } from '../src/lru/bounded-map.js';
import { SlotIndex } from '../src/lru/slot-index.js';

/** An index that has no room for some time, as one whose Map has seen 2^24 keys. */
class FullIndex extends SlotIndex<number> {
  full = false;

  override set(key: number, slot: number): void {
    if (this.full) throw new RangeError('Map maximum size exceeded');
    super.set(key, slot);
  }
}

/** The entries by what finds them, least recent first. */
function entriesOf(map: BoundedMap<number, number>): [number, number | undefined][] {
  return map.order().map((key) => [key, map.peek(key)]);
}

/** What `entriesOf` gives for keys that are their values. */
const kept = (...keys: number[]) => keys.map((key) => [key, key]);

test('an entry that no index has room for is not there, and takes none', () => {
  for (const isWeighed of [false, true]) {
    const left: unknown[] = [];
    const index = new FullIndex();
    const map = new BoundedMap<number, number>(
      () => index,
      (...eviction) => left.push(eviction),
      3,
      undefined,
      isWeighed,
    );
    for (const key of [1, 2]) map.write(key, key, Infinity, 1);
    index.full = true;
    expect(() => map.write(3, 3, Infinity, 1)).toThrow('Map maximum size exceeded');
    expect(() => map.write(3, 3, Infinity, 1)).toThrow('Map maximum size exceeded');
    index.full = false;
    expect([entriesOf(map), left]).toEqual([kept(1, 2), []]);
    for (const key of [3, 4, 5]) map.write(key, key, Infinity, 1);
    expect(entriesOf(map)).toEqual(kept(3, 4, 5));
    expect(left).toEqual([
      [1, 1, 'capacity'],
      [2, 2, 'capacity'],
    ]);
  }
});

test('where an index has no room for what takes the place of another, that one has left', () => {
  const index = new FullIndex();
  const map = new BoundedMap<number, number>(() => index, undefined, 2);
  for (const key of [1, 2]) map.write(key, key, Infinity);
  index.full = true;
  expect(() => map.write(3, 3, Infinity)).toThrow('Map maximum size exceeded');
  index.full = false;
  expect(entriesOf(map)).toEqual(kept(2));
  for (const key of [1, 3]) map.write(key, key, Infinity);
  expect(entriesOf(map)).toEqual(kept(1, 3));
});

test('an entry that is added to a full map takes the place of the least recent, of which the listener is told', () => {
  const left: unknown[] = [];
  const map = new BoundedMap<number, number>(
    () => new SlotIndex<number>(),
    (...eviction) => left.push(eviction),
    2,
  );
  for (const key of [1, 2, 3]) map.add(key, key);
  expect([entriesOf(map), left, map.size]).toEqual([kept(2, 3), [[1, 1, 'capacity']], 2]);
  map.write(4, 4, 1000);
  map.add(5, 5);
  expect([entriesOf(map), map.expiresIn(5)]).toEqual([kept(4, 5), Infinity]);
  expect(map.expiresIn(4)).toBeLessThanOrEqual(1000);
});
