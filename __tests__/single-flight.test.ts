import { expect, test } from '@jest/globals';
import { type Load, Loads } from '../src/lru/single-flight.js';
import { error } from './support/error.js';

/** Begins a load at the depth where the loads are. */
function begin(loads: Loads<string>, key: string): Load<string> {
  const load: Load<string> = { key, depth: loads.depth, promise: undefined };
  loads.begin(load);
  return load;
}

test('a load whose run is on the stack is there, and asking for it is an error', () => {
  const loads = new Loads<string>(new Map());
  loads.depth = 1;
  begin(loads, 'k');
  expect(loads.get('k')).not.toBe(undefined);
  expect(() => loads.join('k', { name: 'm' })).toThrow(error({ code: 'MEMOKIT_RECURSION' }));
});

test('a load that nobody ended before the stack unwound is not there any more', () => {
  const loads = new Loads<string>(new Map());
  loads.depth = 1;
  const dead = begin(loads, 'k');
  loads.depth = 0;
  expect([loads.get('k'), loads.join('k', { name: 'm' }), loads.fence('k')]).toEqual([undefined, undefined, false]);
  expect(loads.end(dead)).toBe(false);
});

test('a load with a promise is joined at any depth, ends once, and not when it was fenced', async () => {
  const loads = new Loads<string>(new Map());
  loads.depth = 1;
  const [first, second] = [begin(loads, 'a'), begin(loads, 'b')];
  first.promise = second.promise = Promise.resolve();
  loads.depth = 0;
  expect(loads.join('a', { name: 'm' })).toBe(first);
  expect([loads.end(first), loads.end(first)]).toEqual([true, false]);
  expect([loads.fence('b'), loads.end(second)]).toEqual([true, false]);
});
