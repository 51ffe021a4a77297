import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { keepSubscribed, type Subscriber } from '../src/redis/kept-subscription.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const never = () => new Promise<never>(() => {});

/** A subscription whose attempts are given, the last of which is made again. */
function keep(...attempts: (() => Subscriber | Promise<Subscriber>)[]) {
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const made: (() => Subscriber | Promise<Subscriber>)[] = [...attempts];
  const listening = { message: (text: string) => void told.push(text), up: tell('up'), down: tell('down') };
  const subscription = keepSubscribed(listening, () => (made.length > 1 ? made.shift()! : made[0]!)());
  return { told, subscription };
}

test('a subscription that a frozen server never answers is made anew', async () => {
  const closed: string[] = [];
  const subscriber = (name: string, listen: () => Promise<unknown>): Subscriber => ({
    listen,
    ping: never,
    close: () => void closed.push(name),
  });
  const { told, subscription } = keep(
    never,
    () => subscriber('frozen', never),
    () => subscriber('working', async () => {}),
  );
  await jest.advanceTimersByTimeAsync(5100);
  expect([told, closed]).toEqual([['down'], []]);
  await jest.advanceTimersByTimeAsync(5100);
  expect([told, closed]).toEqual([['down', 'down', 'up'], ['frozen']]);
  // One that listens has no deadline.
  await jest.advanceTimersByTimeAsync(60_000);
  expect([told.length, closed.length]).toEqual([3, 1]);
  subscription.close();
  await jest.advanceTimersByTimeAsync(60_000);
  expect([told.length, closed]).toEqual([3, ['frozen', 'working']]);
});
