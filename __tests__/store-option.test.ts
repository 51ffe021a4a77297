import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cached, cacheOf, invalidateTags, memoize } from 'memokit';
import { diskStore } from 'memokit/disk';
import { memoryStore } from 'memokit/store';

test('a second process finds the result of the first in the store', async () => {
  const store = memoryStore();
  let loads = 0;
  const make = (client: typeof store) =>
    memoize(
      async function double(n: number) {
        loads++;
        return { n: n * 2 };
      },
      { store: client },
    );
  const [one, two] = [make(store), make(store.client())];
  expect(await one(2)).toEqual({ n: 4 });
  expect(await two(2)).toEqual({ n: 4 });
  expect(await two(2)).toEqual({ n: 4 });
  expect(loads).toBe(1);
  expect(cacheOf(two).stats()).toMatchObject({ hits: 2, misses: 0, storeHits: 1, loads: 0 });
  expect(cacheOf(one).stats()).toMatchObject({ hits: 0, misses: 1, storeHits: 0, loads: 1 });
  cacheOf(one).delete(2);
  expect(await cacheOf(one).delivered()).toBe('delivered');
  expect(await two(2)).toEqual({ n: 4 });
  expect(loads).toBe(2);
  expect(await one(2)).toEqual({ n: 4 });
  expect(loads).toBe(2);
});

test('a synchronous function', () => {
  const store = memoryStore();
  let loads = 0;
  const make = (client: typeof store) =>
    memoize(
      function fact(n: number): number {
        loads++;
        return n * 2;
      },
      { store: client },
    );
  const [one, two] = [make(store), make(store.client())];
  expect(one(2)).toBe(4);
  expect(two(2)).toBe(4);
  expect(loads).toBe(1);
  cacheOf(two).clear();
  expect(one(2)).toBe(4);
  expect(loads).toBe(2);
});

test('tags, methods', async () => {
  const store = memoryStore();
  let loads = 0;
  const make = (client: typeof store) => {
    class Users {
      constructor(readonly tenant: string) {}
      @cached({ store: client, id: (self: Users) => self.tenant, tags: (u: any) => [u.tag] })
      async get(id: number) {
        loads++;
        return { id, tenant: this.tenant, tag: `user:${id}` };
      }
    }
    return Users;
  };
  const [A, B] = [make(store), make(store.client())];
  const [a, b, c] = [new A('x'), new B('x'), new B('y')];
  expect(await a.get(1)).toEqual({ id: 1, tenant: 'x', tag: 'user:1' });
  expect(await b.get(1)).toEqual({ id: 1, tenant: 'x', tag: 'user:1' });
  expect(await c.get(1)).toEqual({ id: 1, tenant: 'y', tag: 'user:1' });
  expect(loads).toBe(2);
  invalidateTags('user:1');
  await b.get(1);
  await a.get(1);
  expect(loads).toBe(3);
  cacheOf(a, 'get').clear();
  await b.get(1);
  await c.get(1);
  expect(loads).toBe(5);
});

test('with a coherence of 0 each hit sees what another client of the directory has invalidated', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'memokit-option-'));
  const stores = [diskStore(directory, { coherence: 0 }), diskStore(directory, { coherence: 0 })];
  try {
    let loads = 0;
    const [one, two] = stores.map((store) => memoize((_key: number) => ++loads, { store, name: 'load' }));
    expect([one!(1), one!(1), two!(1)]).toEqual([1, 1, 1]);
    cacheOf(two!).delete(1);
    expect([one!(1), two!(1)]).toEqual([2, 2]);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(directory, { recursive: true });
  }
});
