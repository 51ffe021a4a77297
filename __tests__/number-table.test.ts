import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { NumberTable } from '../src/lru/number-table.js';
import { chosenIntegers } from './support/chosen-numbers.js';

const RUNS = fc.readConfigureGlobal().numRuns ?? 100;

test('a number table agrees with a Map after each of any sequence of operations', () => {
  const number = fc.oneof(
    fc.integer({ min: -30, max: 30 }),
    fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), ...chosenIntegers(50)),
  );
  const operation = fc.tuple(fc.constantFrom('set', 'set', 'delete'), number);
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
      const table = new NumberTable();
      const model = new Map<number, number>();
      for (const [i, [name, each]] of operations.entries()) {
        if (name === 'set') {
          table.set(each, i + 1);
          model.set(each, i + 1);
        } else {
          table.delete(each);
          model.delete(each);
        }
        const wrong = [...model.keys(), each].filter((key) => table.get(key) !== (model.get(key) ?? 0));
        if (wrong.length > 0 || table.size !== model.size) expect([wrong, table.size]).toEqual([[], model.size]);
      }
      const held = new Map<number, number>();
      table.every((key, slot) => held.set(key, slot).size > 0);
      expect(held.size).toBe(model.size);
      expect([...held].every(([key, slot]) => model.get(key) === slot)).toBe(true);
    }),
    { numRuns: RUNS },
  );
});

test('a table that many numbers have left is small again', () => {
  const table = new NumberTable();
  const lengths: number[] = [];
  const watch = () => {
    let calls = 0;
    table.every(() => ++calls > 0);
    lengths.push(calls);
  };
  for (let i = 0; i < 10_000; i++) table.set(i * 211, i + 1);
  watch();
  for (let i = 0; i < 9_990; i++) table.delete(i * 211);
  watch();
  for (let i = 9_990; i < 10_000; i++) expect(table.get(i * 211)).toBe(i + 1);
  expect(lengths).toEqual([10_000, 10]);
});

test('a look at numbers ends where its callback says so', () => {
  const table = new NumberTable();
  for (let i = 1; i <= 100; i++) table.set(i, i);
  let calls = 0;
  table.every(() => ++calls < 3);
  expect(calls).toBe(3);
});
