import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, evicts, memoize, type Scope } from 'memokit';
import { memoryStore } from 'memokit/store';

const current = new AsyncLocalStorage<WeakMap<object, object>>();

/** A scope by async context, as one of a request is. */
const scope: Scope = {
  owner(receiver) {
    const owners = current.getStore();
    if (owners === undefined || typeof receiver !== 'object' || receiver === null) return owners;
    const owner = owners.get(receiver) ?? {};
    owners.set(receiver, owner);
    return owner;
  },
};
const within = <T>(run: () => T): T => current.run(new WeakMap(), run);

class Users {
  loads: number[] = [];

  @cached({ per: scope })
  get(id: number): object {
    this.loads.push(id);
    return { id };
  }

  @evicts<Users>('get')
  rename(_id: number): void {}
}

test('within a scope a method has the entries of its instance', () => {
  const [users, others] = [new Users(), new Users()];
  within(() => {
    expect(users.get(1)).toBe(users.get(1));
    expect(others.get(1)).not.toBe(users.get(1));
  });
  expect(users.loads).toEqual([1]);
});

test('another scope has other entries', () => {
  const users = new Users();
  const first = within(() => users.get(1));
  expect(within(() => users.get(1))).not.toBe(first);
});

test('outside of the scope nothing is kept', () => {
  const users = new Users();
  expect(users.get(1)).not.toBe(users.get(1));
  expect(cacheOf(users, 'get').size).toBe(0);
});

test('what was put outside of the scope is not kept', () => {
  const users = new Users();
  cacheOf(users, 'get').put([1], { id: 7 });
  expect(users.get(1)).toEqual({ id: 1 });
});

test('a function has one set of entries within a scope, whatever its this is', () => {
  let loads = 0;
  const load = memoize((id: number) => ({ id, load: ++loads }), { per: scope });
  within(() => {
    expect(load(1)).toBe(load.call({} as never, 1));
    expect(cacheOf(load).size).toBe(1);
  });
  expect(loads).toBe(1);
});

test('a write evicts within its scope, and does no harm outside of it', () => {
  const users = new Users();
  users.rename(1);
  within(() => {
    const before = users.get(1);
    users.rename(1);
    expect(users.get(1)).not.toBe(before);
  });
});

test('calls of two scopes are never in one batch', async () => {
  const batches: (readonly number[])[] = [];
  const load = memoize.many(
    async (keys: readonly number[]) => {
      batches.push(keys);
      return keys;
    },
    { per: scope } as CachedOptions<[number], Promise<number>>,
  );
  await Promise.all([within(() => Promise.all([load(1), load(2)])), within(() => Promise.all([load(1), load(3)]))]);
  expect(batches).toEqual([
    [1, 2],
    [1, 3],
  ]);
});

test('outside of the scope a call is in no batch with another', async () => {
  const batches: (readonly number[])[] = [];
  const load = memoize.many(
    async (keys: readonly number[]) => {
      batches.push(keys);
      return keys;
    },
    { per: scope } as CachedOptions<[number], Promise<number>>,
  );
  await Promise.all([load(1), load(1)]);
  expect(batches).toEqual([[1], [1]]);
});

test('a scope without the method owner is refused', () => {
  expect(() => memoize((n: number) => n, { per: {} as Scope })).toThrow(
    "per: expected 'instance', 'class' or a scope, but got: object",
  );
});

test('a store beside a scope is refused, as it outlives the scope', () => {
  const store = memoryStore();
  expect(() => memoize((n: number) => n, { per: scope, store, name: 'n' })).toThrow(
    'store: expected no scope as the option per beside it',
  );
});

test('a kept cacheOf never gives one scope what another has loaded', async () => {
  const user = new AsyncLocalStorage<string>();
  const me = memoize(async (id: number) => `${user.getStore()}:${id}`, { per: scope });
  const kept = cacheOf(me);
  const ask = (name: string) => user.run(name, async () => (await kept.call(1)).value);
  const asks = (name: string) => within(async () => [await ask(name), kept.size, await kept.refresh(1)]);
  expect([await asks('alice'), await asks('bob')]).toEqual(
    [
      ['alice:1', 1, undefined],
      ['bob:1', 1, undefined],
    ].map(([first, size]) => [first, size, 'undefined:1']),
  );
  expect([await ask('alice'), await ask('bob')]).toEqual(['alice:1', 'bob:1']);
  kept.put([2], 'nobody:2');
  expect([kept.peek(2), kept.size]).toEqual([undefined, 0]);
});

test('a scope whose owner is no object is refused as it is asked', () => {
  const wrong = memoize((n: number) => n, { per: { owner: () => 'request' } as unknown as Scope });
  expect(() => wrong(1)).toThrow('per: expected a scope whose owners are objects, but got: string');
});
