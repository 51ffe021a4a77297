import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { RecencyList } from '../src/lru/recency-list.js';

test('an empty list has no slots', () => {
  const list = new RecencyList(2);
  expect(list.oldest).toBe(0);
  expect(list.slots()).toEqual([]);
});

test('a released slot is the next to be taken', () => {
  const list = new RecencyList(2);
  const [a, b] = [list.take(), list.take()];
  list.release(a);
  expect(list.take()).toBe(a);
  expect(list.slots()).toEqual([b, a]);
});

test('touching the only, the oldest and the newest slot keeps the list whole', () => {
  const list = new RecencyList(2);
  const a = list.take();
  list.touch(a);
  expect(list.slots()).toEqual([a]);
  const b = list.take();
  list.touch(a);
  expect(list.slots()).toEqual([b, a]);
  list.touch(a);
  expect(list.slots()).toEqual([b, a]);
  expect(list.oldest).toBe(b);
});

test('a list grows to any length, however many slots it was told of', () => {
  for (const most of [0, 1, 6, 7, 8, 127, 128.5, 3000, 1e9, Infinity]) {
    const list = new RecencyList(most);
    const taken = Array.from({ length: 5000 }, () => list.take());
    expect(new Set(taken).size).toBe(5000);
    list.touch(taken[0]!);
    expect(list.slots()).toEqual([...taken.slice(1), taken[0]]);
  }
});

test('a list holds little more than its slots need, and an announced number of them no more', () => {
  const bytesOf = (most: number, slots: number) => {
    const before = process.memoryUsage().arrayBuffers;
    const lists = Array.from({ length: 50 }, () => {
      const list = new RecencyList(most);
      for (let i = 0; i < slots; i++) list.take();
      return list;
    });
    return (process.memoryUsage().arrayBuffers - before) / lists.length;
  };
  // 8 bytes a slot, and what was given up on the way. One more than are announced is for an entry that cannot stay.
  for (const most of [100, 1000, 2000]) expect(bytesOf(most, most + 1)).toBeLessThan(16 * most + 5000);
  for (const slots of [130, 1500]) expect(bytesOf(Infinity, slots)).toBeLessThan(32 * slots + 5000);
});

test('the list is in the order of a plain array after any sequence of take, touch and release', () => {
  const operation = fc.tuple(fc.constantFrom('take', 'take', 'touch', 'release'), fc.nat());
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const list = new RecencyList(2);
      const model: number[] = [];
      for (const [name, pick] of operations) {
        if (name === 'take') {
          const slot = list.take();
          expect(model).not.toContain(slot);
          model.push(slot);
        } else if (model.length > 0) {
          const [slot] = model.splice(pick % model.length, 1) as [number];
          if (name === 'touch') model.push(slot);
          list[name as 'touch' | 'release'](slot);
        }
        expect(list.slots()).toEqual(model);
        expect(list.oldest).toBe(model[0] ?? 0);
      }
    }),
  );
});
