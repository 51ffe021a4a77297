import { expect, test } from '@jest/globals';
import { type Load, SingleFlight } from '../src/lru/single-flight.js';
import { error } from './support/error.js';

function begin(loads: SingleFlight<string>, key: string): Load<string> {
  const load: Load<string> = { key, promise: undefined, isDead: false };
  loads.begin(load);
  return load;
}

test('a load whose run is on the stack is there, and asking for it is an error', () => {
  const loads = new SingleFlight<string>(new Map());
  begin(loads, 'k');
  expect(loads.get('k')).not.toBe(undefined);
  expect(() => loads.join('k', { name: 'm' })).toThrow(error({ code: 'MEMOKIT_RECURSION' }));
});

test('a load that nobody ended before the stack unwound is not there any more', () => {
  const loads = new SingleFlight<string>(new Map());
  const dead = begin(loads, 'k');
  dead.isDead = true;
  expect([loads.get('k'), loads.join('k', { name: 'm' }), loads.fence('k')]).toEqual([undefined, undefined, false]);
  expect(loads.end(dead)).toBe(false);
});

test('a load with a promise is joined at any depth, ends once, and not when it was fenced', async () => {
  const loads = new SingleFlight<string>(new Map());
  const [first, second] = [begin(loads, 'a'), begin(loads, 'b')];
  first.promise = second.promise = Promise.resolve();
  expect(loads.join('a', { name: 'm' })).toBe(first);
  expect([loads.end(first), loads.end(first)]).toEqual([true, false]);
  expect([loads.fence('b'), loads.end(second)]).toEqual([true, false]);
});
