import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { settle } from './support/source.js';

/** Several copies of memokit in one process: each call of one copy reaches what another copy has made. */

type Memokit = typeof import('memokit');

/** Loads a copy of memokit and of its helpers for tests. */
function load(): Memokit & typeof import('memokit/testing') {
  let copy!: Memokit & typeof import('memokit/testing');
  jest.isolateModules(() => {
    copy = { ...require('memokit'), ...require('memokit/testing') };
  });
  return copy;
}

const [one, other] = [load(), load()];
const KEY = Symbol.for('memokit.shared.2');

/** A class whose members one copy decorates, in the legacy form, with a writer that another copy decorates. */
function usersClass(reads: Memokit, writes: Memokit) {
  class Users {
    loads = 0;
    get(id: number): object {
      this.loads++;
      return { id };
    }
    set(_id: number): void {}
    save(id: number): object {
      return { id, isSaved: true };
    }
  }
  const { prototype } = Users;
  const decorate = (decorator: (...args: any[]) => unknown, name: string) => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
    Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) as PropertyDescriptor);
  };
  decorate(reads.cached() as never, 'get');
  decorate(writes.evicts('get', (id: number) => [id]) as never, 'set');
  decorate(writes.puts('get', (user: { id: number }) => [user.id], { by: 'result' } as never) as never, 'save');
  return Users;
}

test('the copies of this test are different ones', () => {
  expect(one.memoize).not.toBe(other.memoize);
});

test('invalidateTags of one copy evicts the results of another, and fences its loads', async () => {
  const get = one.memoize((id: number) => ({ id }), { tags: ({ id }) => [`user:${id}`] });
  const first = get(1);
  expect([other.invalidateTags('user:1'), get(1) === first]).toEqual([1, false]);
  let finish!: (id: number) => void;
  const load = one.memoize((_: number) => new Promise<number>((resolve) => (finish = resolve)), {
    tags: (id: number) => [`user:${id}`],
  });
  const call = load(2);
  other.invalidateTags('user:2');
  finish(2);
  await settle();
  expect([await call, one.cacheOf(load).size]).toEqual([2, 0]);
});

test('expireTags of one copy expires the results of another, and removes those of a copy that does not know it', async () => {
  const options = { ttl: 1000, staleIfError: 1000, tags: () => ['expired here'] };
  const get = one.memoize(async (id: number) => ({ id }), options);
  const cache = one.cacheOf(get);
  await get(1);
  expect([other.expireTags('expired here'), cache.size, cache.has(1)]).toEqual([1, 1, false]);
  const registry = (globalThis as unknown as Record<symbol, { holders: Map<string, Set<{ deref(): object }>> }>)[KEY]!;
  const [holder] = registry.holders.get('expired here')!;
  Object.defineProperty(holder!.deref(), 'expireTagged', { value: undefined });
  expect([other.expireTags('expired here'), cache.size]).toEqual([1, 0]);
});

test('caches, clearAll and isolate of one copy reach the functions of another', () => {
  const get = one.memoize((id: number) => ({ id }), { name: 'reached' });
  const first = get(1);
  const [listed] = other.caches().filter(({ name }) => name === 'reached');
  expect(listed!.stats()).toMatchObject({ hits: 0, misses: 1 });
  other.clearAll();
  const second = get(1);
  expect(second).not.toBe(first);
  expect(other.isolate(() => get(1))).not.toBe(second);
  expect(one.cacheOf(get).size).toBe(0);
});

test('disableCaching and settled of one copy reach the functions of another', async () => {
  const users = new (usersClass(one, other))();
  const first = users.get(1);
  const enable = other.disableCaching();
  const made = one.memoize((id: number) => ({ id }));
  const bypassed = [made(1), made(1), users.get(1), users.get(1), first];
  expect(new Set(bypassed).size).toBe(5);
  users.set(1);
  enable();
  const again = users.get(1);
  const second = made(1);
  expect([again === first, users.get(1) === again, made(1) === second]).toEqual([false, true, true]);
  let finish!: (id: number) => void;
  const load = one.memoize((_: number) => new Promise<number>((resolve) => (finish = resolve)));
  load(1);
  let isSettled = false;
  const waiting = other.settled().then(() => (isSettled = true));
  await settle();
  expect(isSettled).toBe(false);
  finish(1);
  await waiting;
  expect(one.cacheOf(load).size).toBe(1);
});

test('cacheOf of one copy gives the cache of a function, method or proxy of another', () => {
  const get = one.memoize((id: number) => ({ id }));
  const value = get(1);
  const cache = other.cacheOf(get);
  expect([cache.peek(1), cache.stats().misses, cache.delete(1), get(1) === value]).toEqual([value, 1, true, false]);
  const users = new (usersClass(one, one))();
  users.get(1);
  expect([other.cacheOf(users, 'get').size, other.cacheOf(users, users.get).has(1)]).toEqual([1, true]);
  const proxy = one.cachedProxy({ find: (id: number) => ({ id }) }, { find: {} });
  proxy.find(1);
  expect(other.cacheOf(proxy, 'find').has(1)).toBe(true);
});

test('evicts and puts of one copy change the caches of a member that another copy caches', () => {
  for (const [reads, writes] of [
    [one, other],
    [other, one],
  ] as const) {
    const users = new (usersClass(reads, writes))();
    const first = users.get(1);
    users.set(2);
    expect(users.get(1)).toBe(first);
    users.set(1);
    expect([users.get(1) === first, users.loads]).toEqual([false, 2]);
    const saved = users.save(1);
    expect([users.get(1) === saved, users.loads]).toEqual([true, 2]);
  }
});

test('a method that one copy caches is refused by another, as by the same one', () => {
  const Users = usersClass(one, one);
  const again = () =>
    other.cached()(Users.prototype, 'get', Object.getOwnPropertyDescriptor(Users.prototype, 'get') as never);
  expect(again).toThrow('Users.get is already cached');
});

test('an error of one copy has the code that another copy has', () => {
  expect(() => other.memoize(() => 1, { ttl: -1 })).toThrow(expect.objectContaining({ code: 'MEMOKIT_BAD_OPTION' }));
  expect(new other.OptionError().code).toBe(new one.OptionError().code);
});

test('copies that have a registry of another format, or a frozen globalThis, work on their own', () => {
  const program = (setup: string) => `
    import { createRequire } from 'node:module';
    ${setup}
    const { memoize, cacheOf, caches, clearAll, invalidateTags } = createRequire(process.cwd() + '/')('./dist/index.cjs');
    const get = memoize((n) => n, { tags: (n) => ['t' + n] });
    get(1);
    get(2);
    console.log(invalidateTags('t1'), cacheOf(get).size, caches().length, clearAll(), cacheOf(get).size);`;
  for (const setup of ['Object.freeze(globalThis)', "globalThis[Symbol.for('memokit.shared.0')] = {}"]) {
    expect({ setup, lines: node(program(setup)) }).toEqual({ setup, lines: ['1 1 1 undefined 0'] });
  }
});

test('the registry is no property that a program meets', () => {
  const { configurable, enumerable, writable } = Object.getOwnPropertyDescriptor(globalThis, KEY)!;
  expect({ configurable, enumerable, writable }).toEqual({ configurable: false, enumerable: false, writable: false });
});

test('the ES module and the CommonJS module of the package share what belongs to the process, and so do two bundles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memokit-copies-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const name of ['a', 'b']) cpSync('dist', join(folder, name), { recursive: true });
    const lines = node(
      `
      import { createRequire } from 'node:module';
      import * as a from './a/index.js';
      import * as b from './b/index.js';
      import * as testing from './b/testing.js';
      const c = createRequire(process.cwd() + '/')('./a/index.cjs');
      const copies = [a, b, c];
      console.log(new Set(copies.map(({ memoize }) => memoize)).size);
      for (const made of copies) {
        for (const used of copies) {
          const get = made.memoize((n) => n, { tags: (n) => ['t' + n] });
          for (const n of [1, 2, 3, 4]) get(n);
          const found = [used.invalidateTags('t1', 't2'), used.cacheOf(get).size, used.cacheOf(get).delete(3)];
          used.clearAll();
          console.log(...found, used.caches().length, made.cacheOf(get).size);
        }
      }
      const get = c.memoize((n) => n);
      testing.isolate(() => get(1));
      console.log(c.cacheOf(get).size);
      `,
      folder,
    );
    const each = Array.from({ length: 9 }, (_, i) => `2 2 true ${i + 1} 0`);
    expect(lines).toEqual(['3', ...each, '0']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a function from a bundle without cacheOf is refused by the cacheOf of another copy, with what to do', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export { memoize, invalidateTags } from './dist/index.js'", resolveDir: '.' },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const program = `
    import { cacheOf, clearAll, invalidateTags } from './dist/index.js';
    import { memoize } from 'data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}';
    const get = memoize((n) => ({ n }), { name: 'get', tags: () => ['t'] });
    get(1);
    console.log(invalidateTags('t'));
    try {
      cacheOf(get);
    } catch ({ code, message }) {
      console.log(code, message);
    }`;
  expect(node(program)).toEqual([
    '1',
    'MEMOKIT_NOT_CACHED get is cached by another copy of memokit, from a bundle without cacheOf: import cacheOf there too',
  ]);
});

test('setWaitUntil of one copy is the default of another', () => {
  const work: unknown[] = [];
  one.setWaitUntil((promise) => work.push(promise));
  try {
    void other.memoize(async () => 1)();
    expect(work).toEqual([expect.any(Promise)]);
  } finally {
    other.setWaitUntil(undefined);
  }
  void one.memoize(async () => 1)();
  expect(work).toHaveLength(1);
});

test('a class that is registered with one copy has its value in the keys of another, and is not registered twice', () => {
  class Money {
    constructor(readonly amount: number) {}
  }
  const get = one.memoize((money: Money) => ({ money }));
  other.registerCacheKey(Money, ({ amount }) => amount);
  const first = get(new Money(1));
  expect([get(new Money(1)) === first, get(new Money(2)) === first]).toEqual([true, false]);
  expect(() => one.registerCacheKey(Money, () => 1)).toThrow(expect.objectContaining({ code: 'MEMOKIT_BAD_ARGUMENT' }));
});

/** Runs an ES module in a process of its own, and returns the lines that it prints. */
function node(program: string, cwd = process.cwd()): string[] {
  const flags = ['--input-type=module', '-'];
  return execFileSync(process.execPath, flags, { cwd, encoding: 'utf8', input: program }).trimEnd().split('\n');
}

test('jest cannot delete the properties of the shared registry between test files', () => {
  const shared = (globalThis as { [KEY]?: object })[KEY]!;
  const descriptors = Object.values(Object.getOwnPropertyDescriptors(shared));
  expect(descriptors.length).toBeGreaterThan(5);
  expect(descriptors.filter(({ configurable }) => configurable)).toEqual([]);
});
