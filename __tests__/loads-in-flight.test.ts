import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CallLoad } from '../src/cache/call-load.js';
import { LoadsInFlight } from '../src/cache/loads-in-flight.js';
import { callKeyOf, publicKeyOf } from '../src/key/call-key.js';

test('what is in flight is found by equal calls, as in a map of their keys', () => {
  const args = fc.constantFrom<unknown[]>(
    [],
    [1],
    ['1'],
    [Number.NaN],
    [undefined],
    [1, 2],
    [1, '2'],
    [[1]],
    [{ a: 1 }],
  );
  const operation = fc.tuple(fc.constantFrom('set', 'set', 'set', 'set', 'delete', 'delete', 'get', 'clear'), args);
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
      const loads = new LoadsInFlight();
      const model = new Map<unknown, CallLoad>();
      for (const [name, given] of operations) {
        // Anew each time, as the arguments of two calls are.
        const key = callKeyOf(given);
        const text = publicKeyOf(key);
        if (name === 'set') {
          const load = new CallLoad(key, 0);
          loads.begin(load);
          model.set(text, load);
        } else if (name === 'delete') {
          expect(loads.fence(key)).toBe(model.delete(text));
        } else if (name === 'clear') {
          loads.fenceAll();
          model.clear();
        }
        expect(loads.get(key)).toBe(model.get(text));
        expect(loads.size).toBe(model.size);
      }
    }),
    { numRuns: 500 },
  );
});

test('loads that the stack was too full to end are dropped, and no others', () => {
  const loads = new LoadsInFlight();
  const all = [[1], [2], [3], [1, 2], [1, 3], [2, { a: 1 }], [2, { a: 2 }]].map(
    (args) => new CallLoad(callKeyOf(args), 0),
  );
  for (const load of all) loads.begin(load);
  for (const load of all.slice(0, -2)) load.isDead = true;
  loads.dropDead();
  expect(loads.size).toBe(2);
  expect(all.map((load) => loads.end(load))).toEqual([false, false, false, false, false, true, true]);
});
