import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cached, cacheOf, invalidateTags, memoize } from 'memokit';
import { type MemoryStore, memoryStore, type Store, tiered } from 'memokit/store';

/** What an old entry, a listener, an abort or a faulty store did to results behind a store. */

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A store that has only the methods with promises of another, some of them replaced. */
function asyncOf(inner: MemoryStore, over: Partial<Store> = {}) {
  const only: Store = {
    read: (keys) => inner.read(keys),
    lease: (key, ms, seen) => inner.lease(key, ms, seen),
    fill: (lease, entry) => inner.fill(lease, entry),
    renew: (lease, ms) => inner.renew(lease, ms),
    release: (lease) => inner.release(lease),
    invalidate: (what, mode) => inner.invalidate(what, mode),
    subscribe: (listener) => inner.subscribe(listener),
    state: inner.state,
    promises: inner.promises,
    close: () => inner.close(),
    ...over,
  };
  return tiered(only);
}

let thrown: unknown[] = [];
const collect = (error: unknown) => void thrown.push(error);

beforeEach(() => {
  thrown = [];
  process.on('unhandledRejection', collect);
});

afterEach(async () => {
  await wait(0);
  process.off('unhandledRejection', collect);
  expect(thrown).toEqual([]);
});

const ends: Record<string, (f: () => unknown, other: () => unknown) => unknown> = {
  delete: (f) => cacheOf(f as (k: string) => Promise<string>).delete('x'),
  clear: (f) => cacheOf(f as (k: string) => Promise<string>).clear(),
  'the delete of another process': (_, other) => cacheOf(other as (k: string) => Promise<string>).delete('x'),
  'a tag': () => invalidateTags('tag-of-x'),
};

for (const [what, end] of Object.entries(ends)) {
  test(`an old value that is being read when ${what} ends it does not come back`, async () => {
    const store = memoryStore();
    let value = 1;
    const options = {
      name: 'f',
      ttl: 20,
      staleWhileRevalidate: 60_000,
      tags: () => ['tag-of-x'],
    } as const;
    const load = async (_: string) => `x${value}`;
    const other = memoize(load, { ...options, store });
    await other('x');
    await wait(40);
    const client = store.client();
    const slow = asyncOf(client, {
      read: async (keys) => {
        const found = await client.read(keys);
        await wait(20);
        return found;
      },
    });
    const f = memoize(load, { ...options, store: slow });
    const first = f('x');
    await wait(5);
    value = 2;
    end(f as never, other as never);
    await cacheOf(f).delivered();
    await first;
    expect(await f('x')).toBe('x2');
  });
}

test('a listener that throws hides no invalidation from the store or from other instances', async () => {
  const store = memoryStore();
  let value = 1;
  const errors: unknown[] = [];
  class Users {
    @cached({
      store,
      id: () => 'one',
      on: {
        evict: () => {
          throw new Error('evict');
        },
        error: ({ error }) => void errors.push(error),
      },
    })
    get(key: string): string {
      return `${key}${value}`;
    }
  }
  const [a, b] = [new Users(), new Users()];
  const originalQueue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (callback) => {
    try {
      callback();
    } catch (error) {
      errors.push(error);
    }
  };
  try {
    expect([a.get('x'), b.get('x')]).toEqual(['x1', 'x1']);
    value = 2;
    expect(() => cacheOf(a, 'get').delete('x')).toThrow('evict');
  } finally {
    globalThis.queueMicrotask = originalQueue;
  }
  expect(await cacheOf(a, 'get').delivered()).toBe('delivered');
  expect([a.get('x'), b.get('x')]).toEqual(['x2', 'x2']);
  expect(errors).toHaveLength(1);
});

test('a listener that calls again does not bring the old value back', () => {
  let value = 1;
  const store = memoryStore();
  let isOnce = true;
  class Users {
    @cached({
      store,
      id: () => 'one',
      on: {
        evict: () => {
          if (isOnce) {
            isOnce = false;
            b.get('x');
          }
        },
      },
    })
    get(key: string): string {
      return `${key}${value}`;
    }
  }
  const [a, b] = [new Users(), new Users()];
  a.get('x');
  b.get('x');
  value = 2;
  cacheOf(a, 'get').delete('x');
  expect([a.get('x'), b.get('x')]).toEqual(['x2', 'x2']);
});

test('clear of one instance ends what another process has put for that instance', async () => {
  const store = memoryStore();
  const make = (client: MemoryStore) => {
    class Users {
      @cached({ store: client, id: () => 'one' })
      get(key: string): string {
        return `loaded ${key}`;
      }
    }
    return new Users();
  };
  const [a, b] = [make(store), make(store.client())];
  a.get('z');
  b.get('z');
  cacheOf(a, 'get').put(['k'], 'put');
  cacheOf(b, 'get').clear();
  expect(await cacheOf(b, 'get').delivered()).toBe('delivered');
  expect(a.get('k')).toBe('loaded k');
});

test('clear reaches the other function of the same name in this process', async () => {
  let count = 0;
  const store = memoryStore();
  const make = () => memoize(async (key: string) => key + ++count, { store, name: 'f' });
  const [f, g] = [make(), make()];
  expect([await f('x'), await g('x')]).toEqual(['x1', 'x1']);
  cacheOf(f).clear();
  expect([await f('x'), await g('x')]).toEqual(['x2', 'x2']);
});

test('what a store distrusts is not served as stale before the store was asked', async () => {
  const inner = memoryStore();
  let value = 1;
  let listener: Parameters<Store['subscribe']>[0] | undefined;
  const store = asyncOf(inner, {
    subscribe: (given) => {
      listener = given;
      return () => {};
    },
  });
  const f = memoize(async () => value, { store, name: 'f', ttl: 60_000, staleWhileRevalidate: 60_000 });
  expect(await f()).toBe(1);
  value = 2;
  await inner.client().invalidate({ namespace: 'f@' });
  listener!({ kind: 'distrust' });
  expect(await f()).toBe(2);
});

test('a load that has the lease of its key goes on while its store is distrusted, and others are not stored', async () => {
  const inner = memoryStore();
  let listener: Parameters<Store['subscribe']>[0] | undefined;
  const subscribe: Store['subscribe'] = (given) => {
    listener = given;
    return () => {};
  };
  let loads = 0;
  const method = async () => wait(20).then(() => ++loads);
  const f = memoize(method, { store: asyncOf(inner, { subscribe }), name: 'f' });
  const first = f();
  await wait(5);
  listener!({ kind: 'distrust' });
  expect(await first).toBe(1);
  expect(await f()).toBe(1);
  const lease = async () => ({ kind: 'unavailable' }) as const;
  const g = memoize(method, { store: asyncOf(memoryStore(), { subscribe, lease }), name: 'g' });
  const second = g();
  await wait(5);
  listener!({ kind: 'distrust' });
  expect(await second).toBe(2);
  expect(await g()).toBe(3);
});

test('a process that only invalidates tells a store that works again', async () => {
  const inner = memoryStore();
  let isDown = true;
  const told: unknown[] = [];
  const store = asyncOf(inner, {
    invalidate: async (what, mode) => {
      if (isDown) return false;
      told.push(what);
      return inner.invalidate(what, mode);
    },
  });
  const f = memoize(async (key: string) => key, { store, name: 'f' });
  cacheOf(f).delete('x');
  invalidateTags('some tag');
  await wait(20);
  isDown = false;
  await wait(400);
  expect(told).toHaveLength(2);
});

test('all tags that a store could not be told reach it, also for functions that only other processes have', async () => {
  const inner = memoryStore();
  let isDown = true;
  const invalidate: Store['invalidate'] = async (what, mode) => !isDown && inner.invalidate(what, mode);
  const f = memoize(async () => 1, { store: asyncOf(inner, { invalidate }), name: 'f' });
  // What another process has stored, by a function that this one does not have.
  const key = { namespace: 'other@', key: 'key' };
  const answer = await inner.lease(key, 1000);
  if (answer.kind === 'taken') await inner.fill(answer.lease, { value: new Uint8Array(1), ttl: 60_000, tags: ['t5'] });
  expect((await inner.read([key]))[0]).toMatchObject({ tags: ['t5'] });
  invalidateTags(...Array.from({ length: 10_050 }, (_, index) => `t${index}`));
  expect(await cacheOf(f).delivered()).toBe('journaled');
  isDown = false;
  expect(await cacheOf(f).delivered()).toBe('delivered');
  expect(await inner.read([key])).toEqual([undefined]);
});

test('a refresh whose result cannot be stored takes the old value out of the store', () => {
  const store = memoryStore();
  const warn = console.warn;
  console.warn = () => {};
  let value: unknown = 'old';
  const f = memoize((_: string) => value, { store, name: 'f', capacity: 1 });
  f('x');
  value = () => 'new';
  cacheOf(f).refresh('x');
  f('y');
  expect(f('x')).toBe(value);
  console.warn = warn;
});

test('a caller that aborts while the store is asked or another process loads runs no method', async () => {
  const store = memoryStore();
  const f = memoize(async () => wait(60).then(() => 1), { store, name: 'f' });
  let calls = 0;
  const method = async (_signal?: AbortSignal) => ++calls;
  const g = memoize(method, { store: store.client(), name: 'f', signal: (signal) => signal });
  const first = f();
  const controller = new AbortController();
  const given = g(controller.signal);
  await wait(10);
  controller.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  await first;
  await wait(60);
  expect(calls).toBe(0);
});

test('a caller that aborts at a stale answer of the store causes no unhandled rejection', async () => {
  const store = memoryStore();
  const method = async (_signal?: AbortSignal) => 1;
  const options = { name: 'f', ttl: 10, staleWhileRevalidate: 60_000 } as const;
  await memoize(method, { ...options, store, signal: (signal) => signal })();
  await wait(30);
  const g = memoize(method, { ...options, store: asyncOf(store.client()), signal: (signal) => signal });
  const controller = new AbortController();
  const given = g(controller.signal);
  controller.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  await wait(30);
});

for (const [what, over] of Object.entries<Partial<Store>>({
  'gives no list': { read: async () => undefined as never },
  'gives null for a miss': { read: async () => [null] as never },
  'gives no answer to a lease': { lease: async () => undefined as never },
  'throws in poll': {
    poll: () => {
      throw new Error('poll');
    },
  },
  'rejects everything': {
    read: async () => Promise.reject(new Error('read')),
    lease: async () => Promise.reject(new Error('lease')),
  },
})) {
  test(`a store that ${what}, against its contract, costs no caller its result`, async () => {
    const f = memoize(async (key: string) => key, { store: asyncOf(memoryStore(), over), name: 'f' });
    expect(await f('x')).toBe('x');
    expect(await f('x')).toBe('x');
  });
}

test('many calls at once on a cold store take no more than linear time', async () => {
  const store = memoryStore();
  let steps = 0;
  const f = memoize(async (n: number) => n, { store, name: 'f', capacity: 10_000 });
  const before = Map.prototype.delete;
  Map.prototype.delete = function (this: Map<unknown, unknown>, key: unknown) {
    steps++;
    return before.call(this, key);
  };
  try {
    await Promise.all(Array.from({ length: 4000 }, (_, n) => f(n)));
  } finally {
    Map.prototype.delete = before;
  }
  expect(steps).toBeLessThan(4000 * 40);
});

test('a result that is on its way to a store when that is distrusted is read again', async () => {
  const inner = memoryStore();
  let listener: Parameters<Store['subscribe']>[0] | undefined;
  let reads = 0;
  const store = asyncOf(inner, {
    subscribe: (given) => {
      listener = given;
      return () => {};
    },
    read: (keys) => {
      reads++;
      return inner.read(keys);
    },
    async fill(lease, entry) {
      const answer = await inner.fill(lease, entry);
      // Another process could have invalidated it since, without a word.
      listener!({ kind: 'distrust' });
      await wait(5);
      return answer;
    },
  });
  const f = memoize(async () => 1, { store, name: 'f' });
  expect([await f(), reads]).toEqual([1, 1]);
  expect([await f(), reads]).toEqual([1, 2]);
});

const asked: Record<string, (inner: MemoryStore) => Partial<Store>> = {
  'reads it': () => ({}),
  // Another has filled between the read and the lease.
  'asks for a lease': (inner) => {
    let reads = 0;
    return { read: async (keys) => (reads++ === 0 ? [undefined] : inner.read(keys)) };
  },
};

for (const [what, over] of Object.entries(asked)) {
  test(`a result of a store that is distrusted at any moment of the call that ${what} is read again`, async () => {
    const kept: number[] = [];
    for (let jobs = 0; jobs < 60; jobs++) {
      const inner = memoryStore();
      await memoize(async (_: string) => 1, { store: inner, name: 'f', ttl: 60_000 })('x');
      let listener!: Parameters<Store['subscribe']>[0];
      let reads = 0;
      const { read = (keys) => inner.read(keys) } = over(inner);
      const store = asyncOf(inner, {
        read: (keys) => {
          reads++;
          return read(keys);
        },
        subscribe: (given) => {
          listener = given;
          return () => {};
        },
      });
      const f = memoize(async (_: string) => 2, { store, name: 'f', ttl: 60_000 });
      const call = f('x');
      for (let job = 0; job < jobs; job++) await null;
      listener({ kind: 'distrust' });
      expect(await call).toBe(1);
      await wait(0);
      const before = reads;
      expect(await f('x')).toBe(1);
      if (reads === before) kept.push(jobs);
    }
    expect(kept).toEqual([]);
  });
}
