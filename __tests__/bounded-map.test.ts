import { expect, test } from '@jest/globals';
import { BoundedMap } from '../src/lru/bounded-map.js';

/** A Map that has no room for some time, as one of V8 that has seen 2^24 keys. */
class FullMap extends Map<number, number> {
  full = false;
  /** Whether it has room again once it was emptied. */
  mends = true;
  /** How many it says to hold beside those it holds. */
  more = 2 ** 23;

  override get size(): number {
    return super.size + this.more;
  }
  override set(key: number, slot: number): this {
    if (this.full) throw new RangeError('Map maximum size exceeded');
    return super.set(key, slot);
  }
  override clear(): void {
    if (this.mends) this.full = false;
    super.clear();
  }
}

/** The entries by what finds them, least recent first. */
function entriesOf(map: BoundedMap<number, number>): [number, number | undefined][] {
  return map.order().map((key) => [key, map.peek(key)]);
}

/** What `entriesOf` gives for keys that are their values. */
const kept = (...keys: number[]) => keys.map((key) => [key, key]);

test('an index without room for one more because of what was deleted is made anew', () => {
  for (const plain of [true, false]) {
    const index = new FullMap();
    const map = new BoundedMap<number, number>(index, undefined, 3);
    const write = (key: number) => (plain ? map.writePlain(key, key) : map.write(key, key, Infinity));
    for (const key of [1, 2]) write(key);
    index.full = true;
    write(3);
    expect([index.full, entriesOf(map)]).toEqual([false, kept(1, 2, 3)]);
    index.full = true;
    write(4);
    expect([index.full, entriesOf(map)]).toEqual([false, kept(2, 3, 4)]);
  }
});

test('an entry that no index has room for is not there, and takes none', () => {
  for (const weigh of [undefined, () => 1]) {
    const left: unknown[] = [];
    const index = new FullMap();
    index.more = 0;
    index.mends = false;
    const map = new BoundedMap<number, number>(index, (...eviction) => left.push(eviction), 3, undefined, weigh);
    for (const key of [1, 2]) map.write(key, key, Infinity);
    index.full = true;
    expect(() => map.write(3, 3, Infinity)).toThrow('Map maximum size exceeded');
    expect(() => map.write(3, 3, Infinity)).toThrow('Map maximum size exceeded');
    index.full = false;
    expect([entriesOf(map), left]).toEqual([kept(1, 2), []]);
    for (const key of [3, 4, 5]) map.write(key, key, Infinity);
    expect(entriesOf(map)).toEqual(kept(3, 4, 5));
    expect(left).toEqual([
      [1, 1, 'capacity'],
      [2, 2, 'capacity'],
    ]);
  }
});

test('where an index has no room for what takes the place of another, that one has left', () => {
  const index = new FullMap();
  index.more = 0;
  const map = new BoundedMap<number, number>(index, undefined, 2);
  for (const key of [1, 2]) map.writePlain(key, key);
  index.full = true;
  expect(() => map.writePlain(3, 3)).toThrow('Map maximum size exceeded');
  index.full = false;
  expect(entriesOf(map)).toEqual(kept(2));
  for (const key of [1, 3]) map.writePlain(key, key);
  expect(entriesOf(map)).toEqual(kept(1, 3));
});
