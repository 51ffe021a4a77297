import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, clearAll, expireTags, invalidateTags, memoize } from 'memokit';
import type { LoadEvent } from '../src/observe/load-event.js';
import { type InvalidationInfo, type Observer, observe, observeOnce } from '../src/observe/observe.js';

/** Everything that an observer was told, in order. */
let told: string[] = [];
let stop = () => {};

const recorder: Observer = {
  begins(event, run) {
    told.push(`begins ${event.name} ${event.origin}`);
    run();
  },
  ended: (event) => told.push(`ended ${event.outcome}${event.error === undefined ? '' : ` ${event.error}`}`),
  coalesced: (name, load) => told.push(`coalesced ${name} ${load?.name}`),
  evicted: ({ name, cause, key, size }) => told.push(`evicted ${name} ${cause} ${String(key)} ${size}`),
  invalidated: ({ name, tags, key, isSoft }) =>
    told.push(`invalidated ${name} ${tags} ${String(key)}${isSoft ? ' softly' : ''}`),
};

beforeEach(() => {
  told = [];
  stop = observe(recorder);
});
afterEach(() => stop());

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

test('an observer is told of a load as it begins and when it has ended, and of no hit', () => {
  const square = memoize((n: number) => n * n, { name: 'square' });
  expect([square(3), square(3), square(3)]).toEqual([9, 9, 9]);
  expect(told).toEqual(['begins square call', 'ended stored']);
});

test('a function that was in use before the first observer is observed too', () => {
  stop();
  const square = memoize((n: number) => n * n, { name: 'square' });
  square(1);
  stop = observe(recorder);
  square(2);
  expect(told).toEqual(['begins square call', 'ended stored']);
});

test('nothing is observed any more once the observer was removed', () => {
  const square = memoize((n: number) => n * n);
  stop();
  square(2);
  expect(told).toEqual([]);
});

test('an async load is pending until its result is stored', async () => {
  let event: LoadEvent | undefined;
  const stopThis = observe({
    begins(begun, run) {
      event = begun;
      run();
    },
  });
  const load = memoize(async (n: number) => later().then(() => n), { name: 'load' });
  const answer = load(1);
  expect([event?.isPending, event?.outcome, event?.duration]).toEqual([true, undefined, undefined]);
  await answer;
  expect([event?.outcome, event?.key, event?.from, event?.size]).toEqual(['stored', 1, 'method', 1]);
  expect(event?.duration).toBeGreaterThan(1);
  stopThis();
});

describe.each<[string, CachedOptions]>([
  ['the plain loader', {}],
  ['the resilient loader', { staleIfError: 1000, ttl: 1000 }],
])('%s', (_, options) => {
  test('tells of a result that the options do not want', async () => {
    const load = memoize(async () => 1, { name: 'load', when: () => false, ...options });
    await load();
    expect(told).toEqual(['begins load call', 'ended unstored']);
  });

  test('tells of a result that was fenced', async () => {
    const load = memoize(async () => later(), { name: 'load', ...options });
    const answer = load();
    cacheOf(load).delete();
    await answer;
    expect(told).toEqual(['begins load call', expect.stringMatching(/^invalidated load/), 'ended fenced']);
  });

  test('tells of a failure with its error', async () => {
    const load = memoize(async (): Promise<number> => Promise.reject(new Error('no')), { name: 'load', ...options });
    await expect(load()).rejects.toThrow('no');
    expect(told).toEqual(['begins load call', 'ended failed Error: no']);
  });

  test('tells of an error that an option throws about the result', async () => {
    const when = () => {
      throw new Error('when');
    };
    const load = memoize(async () => 1, { name: 'load', when, ...options });
    await expect(load()).rejects.toThrow('when');
    expect(told).toEqual(['begins load call', 'ended failed Error: when']);
  });

  test('tells of each call that joins a load', async () => {
    const load = memoize(async (n: number) => later().then(() => n), { name: 'load', ...options });
    await Promise.all([load(1), load(1), load(1), load(2)]);
    expect(told.filter((line) => line.startsWith('coalesced'))).toEqual(['coalesced load load', 'coalesced load load']);
    expect(told.filter((line) => line.startsWith('begins'))).toHaveLength(2);
  });

  test('runs the method in the async context of the observer', async () => {
    const context = new AsyncLocalStorage<string>();
    const stopThis = observe({ begins: (event, run) => context.run(`load of ${event.name}`, run) });
    const load = memoize(
      async () => {
        const first = context.getStore();
        await later();
        return [first, context.getStore()];
      },
      { name: 'load', ...options },
    );
    expect(await load()).toEqual(['load of load', 'load of load']);
    expect(context.getStore()).toBe(undefined);
    stopThis();
  });

  test('tells of a refresh', async () => {
    const load = memoize(async () => 1, { name: 'load', ...options });
    await cacheOf(load).refresh();
    expect(told).toEqual(['begins load refresh', 'ended stored']);
  });
});

test('a load that throws tells its error, and its caller gets it', () => {
  const load = memoize(
    () => {
      throw new RangeError('no');
    },
    { name: 'load' },
  );
  expect(load).toThrow(new RangeError('no'));
  expect(told).toEqual(['begins load call', 'ended failed RangeError: no']);
});

test('a method that throws in place of returning a promise tells its error', async () => {
  const load = memoize(
    (): Promise<number> => {
      throw new RangeError('no');
    },
    { name: 'load', timeout: 1000 },
  );
  await expect(async () => load()).rejects.toThrow('no');
  expect(told).toEqual(['begins load call', 'ended failed RangeError: no']);
});

test.each([
  ['called', 20, 'call'],
  ['reloaded in the background', 12, 'background'],
])('a failure for which an old value stands in is stale when the method is %s', async (_, time, origin) => {
  let isBroken = false;
  let now = 0;
  const load = memoize(
    async () => {
      if (isBroken) throw new Error('broken');
      return 1;
    },
    { name: 'load', ttl: 10, staleIfError: 100, staleWhileRevalidate: 5, clock: () => now },
  );
  await load();
  isBroken = true;
  now = time;
  expect(await load()).toBe(1);
  await later();
  expect(told.slice(2)).toEqual([`begins load ${origin}`, 'ended stale Error: broken']);
});

test('a load that takes too long has failed with the TimeoutError', async () => {
  const load = memoize(() => new Promise(() => {}), { name: 'load', timeout: 5 });
  await expect(load()).rejects.toThrow('longer than 5 ms');
  expect(told).toEqual(['begins load call', expect.stringMatching(/^ended failed TimeoutError/)]);
});

test('a load that all its callers have given up has failed with the reason', async () => {
  const load = memoize((_: AbortSignal) => new Promise(() => {}), { name: 'load', signal: (signal) => signal });
  const controller = new AbortController();
  const answer = load(controller.signal);
  controller.abort(new Error('left'));
  await expect(answer).rejects.toThrow('left');
  expect(told).toEqual(['begins load call', 'ended failed Error: left']);
});

test('each key of a batch is a load', async () => {
  const load = memoize.many(async (keys: readonly number[]) => keys.map((key) => key * 2), { name: 'load' });
  await Promise.all([load(1), load(2)]);
  expect(told).toEqual(['begins load call', 'begins load call', 'ended stored', 'ended stored']);
});

test('an eviction is told with its cause, without a listener of the user', async () => {
  let now = 0;
  const square = memoize((n: number) => n * n, { name: 'square', capacity: 1, ttl: 10, clock: () => now });
  square(1);
  square(2);
  now = 20;
  square(2);
  const load = memoize(async (n: number) => n, { name: 'load', capacity: 1 });
  await load(1);
  await load(2);
  expect(told.filter((line) => line.startsWith('evicted'))).toEqual([
    'evicted square capacity 1 1',
    'evicted square expired 2 1',
    'evicted load capacity 1 1',
  ]);
});

test('each kind of invalidation is told once', () => {
  const square = memoize((n: number) => n * n, { name: 'square', tags: ['t'] });
  const cache = cacheOf(square);
  cache.delete(1);
  cache.expire(1);
  cache.clear();
  cache.expireAll();
  invalidateTags('t', 'u');
  expireTags('t');
  expect(told).toEqual([
    'invalidated square undefined 1',
    'invalidated square undefined 1 softly',
    'invalidated square undefined undefined',
    'invalidated square undefined undefined softly',
    'invalidated undefined t,u undefined',
    'invalidated undefined t undefined softly',
  ]);
  told = [];
  clearAll();
  expect(told).toContain('invalidated square undefined undefined');
});

test('methods of instances are observed under the name of their class', () => {
  class Squares {
    @cached()
    of(n: number): number {
      return n * n;
    }
  }
  new Squares().of(2);
  new Squares().of(2);
  expect(told).toEqual(['begins Squares.of call', 'ended stored', 'begins Squares.of call', 'ended stored']);
});

test('several observers are nested in the order in which they were added', () => {
  const order: string[] = [];
  const nested = (name: string): Observer => ({
    begins(_, run) {
      order.push(`${name} begins`);
      run();
      order.push(`${name} has begun`);
    },
    ended: () => order.push(`${name} ended`),
  });
  const stops = [observe(nested('first')), observe(nested('second'))];
  memoize(() => order.push('load'))();
  for (const each of stops) each();
  expect(order).toEqual([
    'first begins',
    'second begins',
    'load',
    'first ended',
    'second ended',
    'second has begun',
    'first has begun',
  ]);
});

test('no event is made of a load while no observer has a member for loads', async () => {
  stop();
  const loads: unknown[] = [];
  stop = observe({ begins: undefined, ended: undefined, coalesced: (_, load) => loads.push(load) });
  const load = memoize(async () => later(), { name: 'load' });
  await Promise.all([load(), load()]);
  expect(loads).toEqual([undefined]);
});

test('members that are getters are asked anew for each load, eviction and invalidation', () => {
  stop();
  let isHeard = false;
  const heard: string[] = [];
  const member = (name: string) => (isHeard ? ((() => heard.push(name)) as never) : undefined);
  stop = observe({
    get ended() {
      return member('ended');
    },
    get evicted() {
      return member('evicted');
    },
    get invalidated() {
      return member('invalidated');
    },
  });
  const use = (n: number) => {
    square(n);
    cacheOf(square).clear();
  };
  const square = memoize((n: number) => n * n, { name: 'square' });
  use(1);
  isHeard = true;
  use(2);
  isHeard = false;
  use(3);
  expect(heard).toEqual(['ended', 'invalidated', 'evicted']);
});

test('an invalidation of the call with undefined is of a key', () => {
  const ended: unknown[] = [];
  const stopThis = observe({ invalidated: ({ what, key }: InvalidationInfo) => ended.push([what, key]) });
  const load = memoize((_?: number) => 1, { name: 'load' });
  cacheOf(load).delete(undefined);
  cacheOf(load).clear();
  invalidateTags('t');
  stopThis();
  expect(ended).toEqual([
    ['key', undefined],
    ['all', undefined],
    ['tags', undefined],
  ]);
});

test('of several observers with one name, the first is used', () => {
  const first = observeOnce('mine', () => ({ ended: () => told.push('first') }) as Observer);
  expect(observeOnce('mine', () => ({ ended: () => told.push('second') }) as Observer)).toBe(first);
  told = [];
  memoize(() => 1, { name: 'load' })();
  expect(told.slice(1)).toEqual(['ended stored', 'first']);
});

test.each(['begins', 'ended', 'coalesced', 'evicted', 'invalidated'] as const)(
  'an observer whose %s throws changes no load, and its error is an uncaught exception',
  async (member) => {
    const errors: unknown[] = [];
    const queued = globalThis.queueMicrotask;
    globalThis.queueMicrotask = (callback) =>
      queued(() => {
        try {
          callback();
        } catch (error) {
          errors.push(error);
        }
      });
    const stopThis = observe({
      [member]: () => {
        throw new Error('observer');
      },
    });
    try {
      const square = memoize((n: number) => n * n, { capacity: 1 });
      expect([square(2), square(3), square(3)]).toEqual([4, 9, 9]);
      const load = memoize(async (n: number) => later().then(() => n), { timeout: 1000, capacity: 1 });
      expect(await Promise.all([load(1), load(1), load(2)])).toEqual([1, 1, 2]);
      cacheOf(load).clear();
      await later();
    } finally {
      globalThis.queueMicrotask = queued;
      stopThis();
    }
    expect(errors.map(String)).toContain('Error: observer');
  },
);

test('a call that joins a load whose tags are not known yet is told with that load', async () => {
  const joined: unknown[] = [];
  const begun: LoadEvent[] = [];
  const stopThis = observe({
    begins(event, run) {
      begun.push(event);
      run();
    },
    coalesced: (_, event) => joined.push(event),
  });
  const load = memoize(async (n: number) => later().then(() => n), { tags: ['t'], timeout: 1000 });
  const first = load(1);
  invalidateTags('other');
  expect(await Promise.all([first, load(1)])).toEqual([1, 1]);
  stopThis();
  expect(joined).toEqual([begun[0]]);
});
