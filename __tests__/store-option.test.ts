import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import {
  ArgumentError,
  cached,
  cachedProxy,
  cacheKey,
  cacheOf,
  clearAll,
  evicts,
  invalidateTags,
  loadContext,
  memoize,
  OptionError,
  puts,
} from 'memokit';
import { diskStore } from 'memokit/disk';
import { type MemoryStore, memoryStore, type Store, tiered } from 'memokit/store';
import { disableCaching } from 'memokit/testing';
import { z } from 'zod';
import { error } from './support/error.js';
import { withoutSync } from './support/stores.js';

/** One set of cases, compiled in both dialects. `legacy` is what the compiler made of it. */
let legacy = false;
class Probe {
  @(
    (...args: unknown[]): any => {
      legacy = args.length === 3;
    }
  )
  probe() {}
}
void Probe;

/** Two clients of one new store, which stand for two processes. */
function clients(): [MemoryStore, MemoryStore] {
  const store = memoryStore();
  return [store, store.client()];
}

/** The same function behind both clients, once with a method that returns its result and once with an async one. */
const kinds: [string, <A extends unknown[], R>(fn: (...args: A) => R) => (...args: A) => R | Promise<R>][] = [
  ['sync', (fn) => fn],
  [
    'async',
    (fn) =>
      async (...args) =>
        fn(...args),
  ],
];

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe(legacy ? 'legacy dialect' : 'standard dialect', () => {
  test('instances with one id share what is stored, in every process, and others do not', async () => {
    let loads = 0;
    const make = (store: MemoryStore) => {
      class Tenant {
        constructor(readonly name: string) {}
        @cached({ store, id: (self: Tenant) => self.name })
        get(key: number) {
          return `${this.name} ${key}, load ${++loads}`;
        }
        @evicts<Tenant>('get', (key: number) => [key])
        set(_key: number) {}
        @puts<Tenant>('get', (key: number) => [key])
        update(_key: number) {
          return 'updated';
        }
      }
      class Special extends Tenant {}
      return { Tenant, Special };
    };
    const [one, two] = clients().map(make) as [ReturnType<typeof make>, ReturnType<typeof make>];
    const [a, b, c] = [new one.Tenant('acme'), new two.Tenant('acme'), new one.Tenant('acme')];
    expect([a.get(1), b.get(1), c.get(1)]).toEqual(Array(3).fill('acme 1, load 1'));
    expect(new two.Tenant('bolt').get(1)).toBe('bolt 1, load 2');
    expect([new one.Special('acme').get(1), new two.Special('acme').get(1)]).toEqual(Array(2).fill('acme 1, load 3'));
    b.set(1);
    expect([a.get(1), b.get(1), c.get(1)]).toEqual(Array(3).fill('acme 1, load 4'));
    c.update(1);
    expect([a.get(1), b.get(1), c.get(1)]).toEqual(Array(3).fill('updated'));
    cacheOf(b, 'get').clear();
    expect([a.get(1), new two.Tenant('bolt').get(1)]).toEqual(['acme 1, load 5', 'bolt 1, load 2']);
  });

  test('results of static methods, of getters, and of methods with one cache for a class are stored too', () => {
    let loads = 0;
    const make = (store: MemoryStore) => {
      class Prices {
        @cached({ store }) static rate(currency: string) {
          return `${currency}, load ${++loads}`;
        }
        @cached({ store, id: () => '' }) get all() {
          return `all, load ${++loads}`;
        }
        @cached({ store, per: 'class' }) of(item: string) {
          return `${item}, load ${++loads}`;
        }
      }
      return Prices;
    };
    const [One, Two] = clients().map(make) as [ReturnType<typeof make>, ReturnType<typeof make>];
    for (const Prices of [One, Two]) {
      expect(Prices.rate('EUR')).toBe('EUR, load 1');
      expect(new Prices().all).toBe('all, load 2');
      expect(new Prices().of('tea')).toBe('tea, load 3');
    }
  });

  test('an instance method whose instances have no names in the store is refused, at decoration', () => {
    const decorate = (options: object) => () => {
      class Users {
        @cached({ store: memoryStore(), ...options })
        get() {
          return 1;
        }
      }
      return new Users();
    };
    expect(decorate({})).toThrow(OptionError);
    expect(decorate({})).toThrow("expected per: 'class' or id beside it, because instances would share what is stored");
    expect(decorate({ id: () => 'x', per: 'class' })).toThrow(
      'get: id: expected a method whose instances have entries of their own',
    );
    expect(() => decorate({ id: () => 5 })().get()).toThrow(
      'Users.get: id: expected a string as its result, but got: number 5',
    );
  });

  test('two classes of one name do not share what is stored: the second is refused', () => {
    const store = memoryStore();
    const make = () => {
      class Users {
        @cached({ store, id: () => 'x' })
        get() {
          return 1;
        }
      }
      return new Users();
    };
    make().get();
    expect(() => make().get()).toThrow('store of Users.get: another function has this name');
  });

  test('a method that overrides a stored one and calls it has results of its own', () => {
    let loads = 0;
    const make = (store: MemoryStore) => {
      class Base {
        @cached({ store, id: () => '' }) get(): string {
          return `base ${++loads}`;
        }
      }
      class Sub extends Base {
        @cached({ store, id: () => '' }) override get(): string {
          return `sub of ${super.get()}`;
        }
      }
      return [new Sub(), new Base()];
    };
    for (const store of clients()) expect(make(store).map((each) => each.get())).toEqual(['sub of base 1', 'base 2']);
  });
});

for (const [kind, as] of kinds) {
  describe(`${kind} functions`, () => {
    test('a second process finds the result of the first in the store', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize(
          as((n: number) => ({ n, load: ++loads })),
          { store, name: 'f' },
        ),
      );
      expect(await one!(2)).toEqual({ n: 2, load: 1 });
      expect(await two!(2)).toEqual({ n: 2, load: 1 });
      expect(await two!(2)).toEqual({ n: 2, load: 1 });
      expect(cacheOf(one!).stats()).toMatchObject({ hits: 0, misses: 1, storeHits: 0, loads: 1 });
      expect(cacheOf(two!).stats()).toMatchObject({ hits: 2, misses: 0, storeHits: 1, loads: 0 });
    });

    test('a result that was ended in one process is given by none', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize(
          as((_n: number) => ++loads),
          { store, name: 'f', tags: ['all'], revalidate: '1h' },
        ),
      );
      const ends: (() => unknown)[] = [
        () => cacheOf(two!).delete(1),
        () => cacheOf(one!).expire(1),
        () => cacheOf(two!).clear(),
        () => cacheOf(two!).expireAll(),
        () => invalidateTags('all'),
        clearAll,
      ];
      expect([await one!(1), await two!(1)]).toEqual([1, 1]);
      for (const end of ends) {
        end();
        expect(await cacheOf(two!).delivered()).toBe('delivered');
        expect([await one!(1), await two!(1)]).toEqual([loads, loads]);
      }
      expect(loads).toBe(1 + ends.length);
    });

    test('what a call of put stores is found by other processes, and ends what they had', async () => {
      const [one, two] = clients().map((store) =>
        memoize(
          as((n: number) => `loaded ${n}`),
          { store, name: 'f' },
        ),
      );
      await two!(1);
      cacheOf(one!).put([1], 'put');
      await cacheOf(one!).delivered();
      expect([await one!(1), await two!(1)]).toEqual(['put', 'put']);
    });

    test('a stored entry has the ttl with which it was stored, counted from then', async () => {
      let now = 1_000_000;
      const store = memoryStore({ clock: () => now });
      const make = (client: MemoryStore, ttl: number) =>
        memoize(
          as(() => 'x'),
          { store: client, name: 'f', ttl },
        );
      const [one, two] = [make(store, 60_000), make(store.client(), 1000)];
      await one();
      now += 45_000;
      await two();
      expect(cacheOf(two).stats().storeHits).toBe(1);
      const left = cacheOf(two).explain().expiresIn!;
      expect(left).toBeGreaterThan(10_000);
      expect(left).toBeLessThanOrEqual(15_001);
      cacheOf(two).resize(1);
      now += 15_000;
      const [three] = [make(store.client(), 1000)];
      await three();
      expect(cacheOf(three).stats()).toMatchObject({ storeHits: 0, misses: 1 });
    });

    test('results of other versions are not read', async () => {
      let loads = 0;
      const [one, two] = clients();
      const make = (store: MemoryStore, version: string | number) =>
        memoize(
          as(() => ++loads),
          { store, name: 'f', version },
        );
      expect([await make(one, 1)(), await make(two, 2)(), await make(one, '2')(), await make(two, 1)()]).toEqual([
        1, 2, 2, 1,
      ]);
    });

    test('a stored result that does not fit the schema is loaded again, and counted', async () => {
      let loads = 0;
      const [one, two] = clients();
      const old = memoize(
        as((id: number) => ({ id: `${id}`, load: ++loads })),
        { store: one, name: 'f' },
      );
      const check = z.object({ id: z.number(), load: z.number() });
      const now = memoize(
        as((id: number) => ({ id, load: ++loads })),
        { store: two, name: 'f', check },
      );
      expect(await old(1)).toEqual({ id: '1', load: 1 });
      expect([await now(1), await now(1)]).toEqual(Array(2).fill({ id: 1, load: 2 }));
      expect(cacheOf(now).stats()).toMatchObject({ unreadable: 1, storeHits: 0, misses: 1 });
    });

    test('an argument that counts by identity is refused with its place', async () => {
      class Id {}
      let loads = 0;
      const f = memoize(
        as((_value: unknown) => ++loads),
        { store: memoryStore(), name: 'f' },
      );
      const call = async (value: unknown) => f(value);
      await expect(call([1, { id: new Id() }])).rejects.toThrow(ArgumentError);
      await expect(call([1, { id: new Id() }])).rejects.toThrow(
        'f: args[0][1].id: Id counts by identity, so it cannot name a stored result',
      );
      await expect(call(Array.from({ length: 400 }, (_, i) => (i === 300 ? new Id() : i)))).rejects.toThrow(
        'args[0][300]: Id',
      );
      await expect(call(() => {})).rejects.toThrow('args[0]: function');
      await expect(call(Symbol('s'))).rejects.toThrow('args[0]: Symbol(s)');
      expect(loads).toBe(0);
      const keyed = memoize(
        as((_value: object) => ++loads),
        { store: memoryStore(), name: 'keyed', key: () => 'one' },
      );
      expect([await keyed(new Id()), await keyed(new Id())]).toEqual([1, 1]);
    });

    test('every key that differs has a result of its own in the store', async () => {
      const keys: unknown[][] = [
        [],
        [undefined],
        [null],
        [0],
        [-0],
        [Number.NaN],
        [1],
        ['1'],
        [1n],
        [true],
        [''],
        ['\0'],
        ['\ud800'],
        ['\udfff'],
        ['\ufffd'],
        [{ '\ud800': 1 }],
        [{ '\udbff': 1 }],
        ['a', 'b'],
        [['a', 'b']],
        ['ab'],
        [Symbol.for('a')],
        [Symbol.for('b')],
        ['x'.repeat(5000)],
        [`${'x'.repeat(4999)}y`],
        ['\ud800'.repeat(3000)],
        ['\ud801'.repeat(3000)],
        [Array(300).fill(0)],
        [Array(300).fill(-0)],
        [Array(300).fill('\ud800')],
        [Array(300).fill('\ud801')],
        [new Date(0)],
        [new Map([[1, 2]])],
      ];
      const directory = mkdtempSync(join(tmpdir(), 'memokit-option-'));
      const disk = [diskStore(directory), diskStore(directory)];
      try {
        for (const stores of [clients(), disk]) {
          let loads = 0;
          const [one, two] = stores.map((store) =>
            memoize(
              as((..._args: unknown[]) => ++loads),
              { store, name: 'f' },
            ),
          );
          for (const [i, args] of keys.entries()) expect(await one!(...args)).toBe(i + 1);
          for (const [i, args] of keys.entries()) expect(await two!(...args)).toBe(i + 1);
        }
      } finally {
        await Promise.all(disk.map((store) => store.close()));
        rmSync(directory, { recursive: true });
      }
    });

    test('every result that the codec can store comes back as it was, undefined and NaN too', async () => {
      for (const value of [
        undefined,
        null,
        Number.NaN,
        -0,
        '',
        10n,
        '\ud800',
        [new Date(0)],
        new Map([[{}, new Set([1])]]),
      ]) {
        const [one, two] = clients().map((store) =>
          memoize(
            as(() => value),
            { store, name: 'f' },
          ),
        );
        await one!();
        expect(await two!()).toStrictEqual(value);
        expect(cacheOf(two!).stats().storeHits).toBe(1);
      }
    });

    test('a result that the codec refuses stays in memory, with one warning', async () => {
      class Opaque {}
      const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize(
          as((n: number) => {
            loads++;
            return n === 0 ? 'text' : { list: [new Opaque()] };
          }),
          { store, name: 'f' },
        ),
      );
      const first = await one!(1);
      expect(await one!(1)).toBe(first);
      await one!(2);
      expect(warn.mock.calls).toEqual([
        ['memokit: a result of f is not stored: result.list[0]: an instance of Opaque'],
      ]);
      await two!(1);
      await one!(0);
      await two!(0);
      expect(loads).toBe(4);
      warn.mockRestore();
    });

    test('peek, has and explain look at memory only', async () => {
      const [one, two] = clients().map((store) =>
        memoize(
          as(() => 1),
          { store, name: 'f' },
        ),
      );
      await one!();
      expect([cacheOf(two!).has(), cacheOf(two!).peek(), cacheOf(two!).size, cacheOf(two!).explain().outcome]).toEqual([
        false,
        undefined,
        0,
        'miss',
      ]);
      await two!();
      expect([cacheOf(two!).has(), cacheOf(two!).explain().outcome]).toEqual([true, 'hit']);
    });

    test('capacity and idle bound memory, and the store answers for what has left', async () => {
      let loads = 0;
      let now = 0;
      const options = { store: memoryStore(), name: 'f', capacity: 2, idle: 1000, clock: () => now };
      const f = memoize(
        as((_n: number) => ++loads),
        options,
      );
      for (let n = 1; n <= 5; n++) expect(await f(n)).toBe(n);
      for (let n = 1; n <= 5; n++) expect(await f(n)).toBe(n);
      now = 2000;
      expect(await f(5)).toBe(5);
      expect(cacheOf(f).stats()).toMatchObject({ misses: 5, storeHits: 6 });
    });

    test('a call says that the store answered, and how old the result is', async () => {
      let now = 1_000_000;
      const store = memoryStore({ clock: () => now });
      const make = (client: MemoryStore) =>
        memoize(
          as(() => 'x'),
          { store: client, name: 'f', ttl: 60_000 },
        );
      const [one, two] = [make(store), make(store.client())];
      expect(await cacheOf(one).call()).toMatchObject({ outcome: 'miss', age: 0 });
      now += 10_000;
      const { outcome, age, expiresIn } = await cacheOf(two).call();
      expect(outcome).toBe('hit');
      expect(age).toBeGreaterThanOrEqual(10_000);
      expect(expiresIn).toBeLessThan(50_001);
    });

    test('the load context of another process has the old value, and keeps it', async () => {
      let now = 1_000_000;
      const store = memoryStore({ clock: () => now });
      const seen: unknown[] = [];
      const make = (client: MemoryStore) =>
        memoize(
          as((_n: number): object => {
            const context = loadContext<object>()!;
            seen.push(context.previous?.value);
            return context.previous ? context.keep() : { etag: 'v1' };
          }),
          { store: client, name: 'f', ttl: 1000, revalidate: 10_000 },
        );
      const [one, two] = [make(store), make(store.client())];
      await one(1);
      now += 2000;
      expect(await two(1)).toEqual({ etag: 'v1' });
      expect(seen).toEqual([undefined, { etag: 'v1' }]);
    });

    test('with freeze what the store gives is frozen, and with copy each caller has its own', async () => {
      const [one, two] = clients().map((store) =>
        memoize(
          as(() => ({ list: [1] })),
          { store, name: 'f', freeze: true },
        ),
      );
      await one!();
      expect(Object.isFrozen((await two!()).list)).toBe(true);
      const [three, four] = clients().map((store) =>
        memoize(
          as(() => ({ list: [1] })),
          { store, name: 'g', copy: structuredClone },
        ),
      );
      await three!();
      (await four!()).list.push(2);
      expect(await four!()).toEqual({ list: [1] });
    });

    test('an error is stored nowhere', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize(
          as((): number => {
            throw new Error(`load ${++loads}`);
          }),
          { store, name: 'f' },
        ),
      );
      for (const [i, f] of [one!, one!, two!].entries())
        await expect((async () => f())()).rejects.toThrow(`load ${i + 1}`);
    });

    test('a bypassed call, and one while caching is disabled, go past the store', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize(
          as((_n: number) => ++loads),
          { store, name: 'f', bypass: (n: number) => n === 0 },
        ),
      );
      expect([await one!(0), await two!(0)]).toEqual([1, 2]);
      const enable = disableCaching();
      expect([await one!(1), await two!(1)]).toEqual([3, 4]);
      enable();
      expect([await one!(1), await two!(1)]).toEqual([5, 5]);
    });

    test('a store that is closed costs no caller its result', async () => {
      let loads = 0;
      const [, store] = clients();
      const f = memoize(
        as((_n: number) => ++loads),
        { store, name: 'f' },
      );
      await f(1);
      await store.close();
      expect([await f(1), await f(2)]).toEqual([1, 2]);
      cacheOf(f).delete(1);
      expect([await f(1), await cacheOf(f).delivered()]).toEqual([3, 'journaled']);
    });

    test('a preset may give the store', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) =>
        memoize.with({ store, ttl: '1h' })(
          as(() => ++loads),
          { name: 'f' },
        ),
      );
      expect([await one!(), await two!()]).toEqual([1, 1]);
    });

    test('a proxy stores what its methods return', async () => {
      let loads = 0;
      const [one, two] = clients().map((store) => {
        const api = { get: as((n: number) => `${n}, load ${++loads}`) };
        return cachedProxy(api, { get: { store, name: 'Api.get', id: () => 'main' } });
      });
      expect([await one!.get(1), await two!.get(1)]).toEqual(['1, load 1', '1, load 1']);
      cacheOf(two!, 'get').delete(1);
      expect(await one!.get(1)).toBe('1, load 2');
    });
  });
}

test('async calls of two processes at once share one load', async () => {
  let loads = 0;
  const [one, two] = clients().map((store) =>
    memoize(
      async (_n: number) => {
        await sleep(20);
        return ++loads;
      },
      { store, name: 'f' },
    ),
  );
  expect(await Promise.all([one!(1), two!(1), one!(1), two!(1)])).toEqual([1, 1, 1, 1]);
  expect(cacheOf(two!).stats()).toMatchObject({ hits: 2, coalesced: 1, misses: 0, storeHits: 1 });
});

test('a load in flight is fenced by an invalidation of another process: its callers get the value, and it is stored nowhere', async () => {
  let loads = 0;
  let end = () => {};
  const [one, two] = clients().map((store) =>
    memoize(
      async (_n: number) => {
        const load = ++loads;
        if (load === 1) await new Promise<void>((resolve) => (end = resolve));
        return load;
      },
      { store, name: 'f' },
    ),
  );
  const first = one!(1);
  await sleep(5);
  cacheOf(two!).delete(1);
  expect(await two!(1)).toBe(2);
  end();
  expect([await first, await one!(1), await two!(1)]).toEqual([1, 2, 2]);
});

test('a batch holds only what the store does not have', async () => {
  const batches: (readonly number[])[] = [];
  const [one, two] = clients().map((store) =>
    memoize.many(
      async (ids: readonly number[]) => {
        batches.push(ids);
        return ids.map((id) => (id === 3 ? new Error('three') : id * 2));
      },
      { store, name: 'f' },
    ),
  );
  expect(await Promise.all([1, 2].map((id) => one!(id)))).toEqual([2, 4]);
  expect(await Promise.allSettled([1, 2, 3, 4].map((id) => two!(id)))).toMatchObject([
    { value: 2 },
    { value: 4 },
    { reason: { message: 'three' } },
    { value: 8 },
  ]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('an old value of the store answers during a reload and after a failure, in another process too', async () => {
  let now = 1_000_000;
  const store = memoryStore({ clock: () => now });
  let loads = 0;
  let isDown = false;
  const make = (client: MemoryStore, options: object) =>
    memoize(
      async (_n: number) => {
        if (isDown) throw new Error('down');
        return ++loads;
      },
      { store: client, name: 'f', ttl: 1000, ...options },
    );
  await make(store, { staleIfError: 10_000 })(1);
  now += 2000;
  isDown = true;
  const failing = make(store.client(), { staleIfError: 10_000 });
  expect(await failing(1)).toBe(1);
  expect(cacheOf(failing).stats()).toMatchObject({ staleHits: 1, loadErrors: 1 });
  isDown = false;
  const reloading = make(store.client(), { staleWhileRevalidate: 10_000 });
  expect(await reloading(1)).toBe(1);
  await sleep(20);
  expect([await reloading(1), await make(store.client(), {})(1)]).toEqual([2, 2]);
});

test('failures are remembered by each process for itself', async () => {
  let loads = 0;
  const [one, two] = clients().map((store) =>
    memoize(
      async (): Promise<number> => {
        throw new Error(`load ${++loads}`);
      },
      { store, name: 'f', errorTtl: '1m' },
    ),
  );
  await expect(one!()).rejects.toThrow('load 1');
  await expect(one!()).rejects.toThrow('load 1');
  await expect(two!()).rejects.toThrow('load 2');
});

test('a function needs a name that is its own in the store, unless the same code says it twice', () => {
  const store = memoryStore();
  const same = () => memoize((n: number) => n, { store, name: 'same' });
  expect(() => memoize(() => 1, { store })).toThrow('store of anonymous: expected the option name beside it');
  same();
  expect(same).not.toThrow();
  expect(() => memoize((n: number) => n + 1, { store, name: 'same' })).toThrow(
    'store of same: another function has this name',
  );
  expect(() => memoize((n: number) => n + 1, { store, name: 'same', version: 2 })).not.toThrow();
});

test('version, id and check are refused without a store, and what is no store too', () => {
  const f = () => 1;
  const check = z.number();
  for (const options of [{ version: 1 }, { id: () => '' }, { check }])
    expect(() => memoize(f, options)).toThrow(
      error({ code: 'MEMOKIT_BAD_OPTION', message: expect.stringContaining('expected a store beside it') }),
    );
  for (const store of [1, '.cache', new Map(), {}])
    expect(() => memoize(f, { store: store as never })).toThrow('store: expected a store');
  const store = memoryStore();
  for (const version of [true, Number.NaN, {}])
    expect(() => memoize(f, { store, version: version as never })).toThrow(
      'version: expected a string or a finite number',
    );
  expect(() => memoize(f, { store, id: () => '' })).toThrow(
    'f: id: expected a method whose instances have entries of their own',
  );
});

test('a store that cannot answer at once refuses a method that returns no promise, by name', async () => {
  const store = tiered(withoutSync());
  const sync = memoize((n: number) => n, { store, name: 'sync' });
  await expect((async () => sync(1))()).rejects.toThrow(
    'store of sync: expected a method that returns promises, as the store does not read synchronously',
  );
  expect(await memoize(async (n: number) => n, { store, name: 'async' })(1)).toBe(1);
});

test('behind a store that is asked for many keys at once, each load runs in the async context of its own caller', async () => {
  const requests = new AsyncLocalStorage<string>();
  const store = tiered(withoutSync());
  const seen: unknown[] = [];
  const find = memoize(
    async (id: number) => {
      seen.push(`${id} for ${requests.getStore()}`);
      return id;
    },
    { name: 'find', store },
  );
  await Promise.all([1, 2, 3].map((id) => requests.run(`request ${id}`, () => find(id))));
  expect(seen).toEqual(['1 for request 1', '2 for request 2', '3 for request 3']);
});

test('without a store everything is delivered at once', async () => {
  expect(await cacheOf(memoize(() => 1)).delivered()).toBe('delivered');
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

test('an argument whose class has a cacheKey method names a stored result, beside its class', () => {
  class Id {
    constructor(readonly value: number) {}
    [cacheKey]() {
      return this.value;
    }
  }
  let loads = 0;
  const [one, two] = clients().map((store) => memoize((_id: Id) => ++loads, { store, name: 'f' }));
  expect([one!(new Id(1)), two!(new Id(1)), two!(new Id(2)), two!(1 as never)]).toEqual([1, 1, 2, 3]);
  const [many, again] = clients().map((store) => memoize((_ids: Id[]) => ++loads, { store, name: 'many' }));
  const ids = (last: number) => Array.from({ length: 400 }, (_, i) => new Id(i < 399 ? i : last));
  expect([many!(ids(1)), again!(ids(1)), again!(ids(2))]).toEqual([4, 4, 5]);
});

test('a load whose thread was busy for longer than its lease is stored', async () => {
  let loads = 0;
  const f = memoize(
    async () => {
      loads++;
      await sleep(1);
      for (const end = Date.now() + 100; Date.now() < end; );
      await sleep(5);
    },
    { store: memoryStore({ leaseMs: 30 }), name: 'f' },
  );
  await f();
  await f();
  expect(loads).toBe(1);
});

test('a load that lost its lease does not replace a newer value that has ended in the meantime', async () => {
  const inner = memoryStore();
  // As if the thread of the holder were frozen: it renews nothing.
  const frozen = tiered({ ...withoutSync(inner), renew: async () => false }, { leaseMs: 30 });
  const make = (store: ReturnType<typeof tiered>, ms: number, value: string) =>
    memoize(async () => sleep(ms).then(() => value), { store, name: 'f', ttl: 50 });
  const [holder, other] = [make(frozen, 300, 'old'), make(inner.client(), 0, 'new')];
  const first = holder();
  await sleep(100);
  expect(await other()).toBe('new');
  expect(await first).toBe('old');
  expect(await other()).toBe('new');
});

test('a lease is renewed although a renewal has failed before, while it lasts', async () => {
  const inner = memoryStore();
  let renewals = 0;
  const renew: Store['renew'] = async (...args) => ++renewals > 1 && inner.renew(...args);
  const store = tiered({ ...withoutSync(inner), renew }, { leaseMs: 300 });
  const first = memoize(async () => sleep(1000).then(() => 'first'), { store, name: 'f' })();
  await sleep(600);
  expect(await memoize(async () => 'second', { store: inner.client(), name: 'f' })()).toBe('first');
  expect(await first).toBe('first');
});

test('a load that waits for another process is woken by what the store tells, and hardly asks until then', async () => {
  const [one, other] = clients();
  let asked = 0;
  const make = (client: MemoryStore, ms: number) => {
    const load = async (key: string) => {
      await sleep(ms);
      return key;
    };
    const lease: Store['lease'] = (...args) => {
      asked++;
      return client.lease(...args);
    };
    return memoize(load, { store: tiered({ ...withoutSync(client), lease }), name: 'rows' });
  };
  const [slow, waiting] = [make(one, 400), make(other, 1)];
  const first = slow('key');
  await sleep(20);
  const second = waiting('key');
  await sleep(20);
  expect(await Promise.all([first, second])).toEqual(['key', 'key']);
  // A poll every 25 ms would have asked some 16 times.
  expect(asked).toBeLessThanOrEqual(8);
  // An invalidation ends the lease, and whoever waits for it loads at once.
  const third = slow('other');
  await sleep(20);
  const fourth = waiting('other').then(() => 'the one that waited');
  await sleep(20);
  cacheOf(slow)!.delete('other');
  expect(await Promise.race([fourth, sleep(60)])).toBe('the one that waited');
  await third;
});

test('id is refused on a static method', () => {
  const decorate = () => {
    class Users {
      @cached({ store: memoryStore(), id: () => '' }) static get() {
        return 1;
      }
    }
    return Users;
  };
  expect(decorate).toThrow(OptionError);
});

test('a check that is no schema is refused', () => {
  const decorate = () => memoize(() => 1, { store: memoryStore(), name: 'f', check: {} as never });
  expect(decorate).toThrow(OptionError);
});
