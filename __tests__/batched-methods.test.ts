import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { cached, cacheOf, memoize } from 'memokit';
import { error } from './support/error.js';

/** What `@cached({ many })` does on methods; in both dialects. */
interface User {
  readonly id: number;
  readonly by: string;
}

class Users {
  readonly lists: (readonly number[])[] = [];
  constructor(readonly name: string) {}

  @cached({ capacity: 100, many: 'getMany' })
  async get(_id: number): Promise<User> {
    throw new Error('not to be run');
  }

  async getMany(ids: readonly number[]): Promise<(User | Error)[]> {
    this.lists.push(ids);
    return ids.map((id) => (id < 0 ? new Error(`no user ${id}`) : { id, by: this.name }));
  }
}

test('a batch method is called once a turn and receiver, with that receiver', async () => {
  const [a, b] = [new Users('a'), new Users('b')];
  const users = await Promise.all([a.get(1), b.get(1), a.get(2), a.get(1)]);
  expect(users.map(({ id, by }) => `${id} by ${by}`)).toEqual(['1 by a', '1 by b', '2 by a', '1 by a']);
  expect([a.lists, b.lists]).toEqual([[[1, 2]], [[1]]]);
  expect(await a.get(2)).toBe(users[2]);
  expect(cacheOf(a, 'get').stats()).toMatchObject({ hits: 2, misses: 2, size: 2 });
  expect([a.get.name, a.get.length]).toEqual(['get', 1]);
});

test('each failure of a batch method is its own, and none is stored', async () => {
  const users = new Users('a');
  const [good, bad] = await Promise.allSettled([users.get(1), users.get(-1)]);
  expect([good?.status, bad]).toEqual(['fulfilled', { status: 'rejected', reason: new Error('no user -1') }]);
  await expect(users.get(-1)).rejects.toThrow('no user -1');
  expect(users.lists).toEqual([[1, -1], [-1]]);
});

test('the batch method is that of the receiver: an override counts, and so does one of its own', async () => {
  class Loud extends Users {
    override async getMany(ids: readonly number[]) {
      return ids.map((id) => ({ id, by: this.name.toUpperCase() }));
    }
  }
  const own = Object.assign(new Users('a'), { getMany: async () => [{ id: 0, by: 'own' }] });
  expect(await Promise.all([new Loud('a').get(1), own.get(1)])).toEqual([
    { id: 1, by: 'A' },
    { id: 0, by: 'own' },
  ]);
});

test('the batch method may be a field, or that of a subclass', async () => {
  abstract class Base {
    @cached({ many: 'getMany' })
    async get(id: number): Promise<number> {
      return id;
    }
    @cached({ many: 'findMany' })
    async find(id: number): Promise<number> {
      return id;
    }
    abstract getMany(ids: readonly number[]): readonly number[];
    findMany = (ids: readonly number[]) => ids.map((id) => id * 3);
  }
  class Sub extends Base {
    getMany(ids: readonly number[]) {
      return ids.map((id) => id * 2);
    }
  }
  const service = new Sub();
  expect(await Promise.all([service.get(1), service.find(1)])).toEqual([2, 3]);
});

test('a method cannot be the batch method of itself, under whatever name', async () => {
  const decorate = () => {
    class Own {
      @cached({ many: 'get' })
      async get(id: number) {
        return id;
      }
    }
    return Own;
  };
  const message = /many: expected the name of a method other than (Own\.)?get, but got: string get$/;
  expect(decorate).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message: expect.stringMatching(message) }));
  class Service {
    @cached({ many: 'getMany' })
    async get(id: number) {
      return id;
    }
  }
  Object.defineProperty(Service.prototype, 'getMany', { value: Service.prototype.get });
  await expect(new Service().get(1)).rejects.toThrow(error({ code: 'MEMOKIT_BAD_OPTION' }));
});

test('a class in common means entries in common, and a batch for each receiver', async () => {
  class Shared {
    readonly lists: (readonly number[])[] = [];
    @cached({ per: 'class', many: 'getMany' })
    async get(id: number): Promise<number> {
      return id;
    }
    getMany(ids: readonly number[]) {
      this.lists.push(ids);
      return ids;
    }
  }
  const [a, b] = [new Shared(), new Shared()];
  await Promise.all([a.get(1), b.get(1), b.get(2), a.get(3)]);
  expect([a.lists, b.lists]).toEqual([[[1, 3]], [[2]]]);
  await Promise.all([a.get(2), b.get(3)]);
  expect([a.lists, b.lists]).toEqual([[[1, 3]], [[2]]]);
});

test('statics, symbols and functions serve as well', async () => {
  const batch = Symbol('batch');
  class Service {
    readonly factor = 3;
    @cached({ many: 'doubleMany' })
    static async double(id: number): Promise<number> {
      return id;
    }
    static doubleMany(ids: readonly number[]) {
      return ids.map((id) => id * 2);
    }
    @cached({ many: batch })
    async square(id: number): Promise<number> {
      return id;
    }
    async [batch](ids: readonly number[]) {
      return ids.map((id) => id * id);
    }
    @cached({
      many(this: Service, ids: readonly number[]) {
        return ids.map((id) => id * this.factor);
      },
    })
    async times(id: number): Promise<number> {
      return id;
    }
  }
  const service = new Service();
  expect(await Promise.all([Service.double(4), service.square(4), service.times(4)])).toEqual([8, 16, 12]);
});

/** A source whose batches fail as a whole, or for single keys. */
class Source {
  failure: 'none' | 'throws' | 'rejects' | 'is short' | 'is no array' | 'hangs' = 'none';
  readonly lists: (readonly number[])[] = [];

  @cached({ many: 'getMany', errorTtl: 1e6, timeout: 20, ttl: 1e6, staleIfError: 1e6 })
  async get(_id: number): Promise<number> {
    throw new Error('not to be run');
  }

  getMany(ids: readonly number[]): unknown {
    this.lists.push(ids);
    if (this.failure === 'throws') throw new Error('down');
    if (this.failure === 'rejects') return Promise.reject(new Error('down'));
    if (this.failure === 'is short') return [];
    if (this.failure === 'is no array') return 5;
    if (this.failure === 'hangs') return new Promise(() => {});
    return ids.map((id) => {
      if (id === -2) return Promise.reject(new Error(`no user ${id}`));
      return id < 0 ? new Error(`no user ${id}`) : id;
    });
  }
}

test('a batch that fails as a whole is remembered for nobody, an Error in the place of a result for its key', async () => {
  const source = new Source();
  for (const failure of ['throws', 'rejects', 'is short', 'is no array', 'hangs'] as const) {
    source.failure = failure;
    const failed = await Promise.allSettled([source.get(1), source.get(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(source.get(3)).rejects.toThrow();
    expect([1, 2, 3].map((id) => cacheOf(source, 'get').explain(id).outcome)).toEqual(['miss', 'miss', 'miss']);
  }
  source.failure = 'none';
  source.lists.length = 0;
  const mixed = await Promise.allSettled([source.get(1), source.get(-1), source.get(-2)]);
  expect(mixed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect([-1, -2].map((id) => cacheOf(source, 'get').explain(id).outcome)).toEqual(['failed', 'failed']);
  await expect(source.get(-1)).rejects.toThrow('no user -1');
  expect(await source.get(2)).toBe(2);
  expect(source.lists).toEqual([[1, -1, -2], [2]]);
});

test('an old value answers for a batch that fails as a whole, and is replaced soon, whatever errorTtl says', async () => {
  let now = 0;
  let isDown = false;
  const get = memoize.many(
    async (ids: readonly number[]) => {
      if (isDown) throw new Error('down');
      return ids.map((id) => `${id} at ${now}`);
    },
    { ttl: 10, staleIfError: 1e9, errorTtl: 1e6, clock: () => now },
  );
  expect(await get(1)).toBe('1 at 0');
  [now, isDown] = [20, true];
  expect(await get(1)).toBe('1 at 0');
  [now, isDown] = [1100, false];
  expect(await get(1)).toBe('1 at 1100');
});

const tenants = new AsyncLocalStorage<string>();

test('calls share a batch only where batchBy returns equal values, and each batch runs in the context of its calls', async () => {
  class Rows {
    readonly lists: unknown[] = [];
    @cached({
      many: 'getMany',
      key: (id: number) => [tenants.getStore(), id],
      batchBy: () => ({ tenant: tenants.getStore() }),
    })
    async get(_id: number): Promise<string> {
      throw new Error('not to be run');
    }
    async getMany(ids: readonly number[]) {
      this.lists.push([tenants.getStore(), ids]);
      return ids.map((id) => `${id} of ${tenants.getStore()}`);
    }
  }
  const rows = new Rows();
  const as = (tenant: string, id: number) => tenants.run(tenant, () => rows.get(id));
  const calls = [as('ada', 1), as('bob', 2), as('ada', 3), as('bob', 1)];
  expect(await Promise.all(calls)).toEqual(['1 of ada', '2 of bob', '3 of ada', '1 of bob']);
  expect(rows.lists).toEqual([
    ['ada', [1, 3]],
    ['bob', [2, 1]],
  ]);
  expect(await as('bob', 2)).toBe('2 of bob');
});

test('batchBy is called on the receiver with the argument of the call, without key too', async () => {
  const given: unknown[] = [];
  const lists: (readonly number[])[] = [];
  class Service {
    @cached({
      batchBy(this: Service, id: number) {
        given.push(this, id);
        return id % 2;
      },
      many(ids: readonly number[]) {
        lists.push(ids);
        return ids;
      },
    })
    async get(id: number): Promise<number> {
      return id;
    }
  }
  const service = new Service();
  expect(await Promise.all([service.get(1), service.get(2), service.get(3)])).toEqual([1, 2, 3]);
  expect(lists).toEqual([[1, 3], [2]]);
  expect(given).toEqual([service, 1, service, 2, service, 3]);
});

test('a batchBy that throws or returns a promise rejects its call, and no other', async () => {
  const get = memoize.many((ids: readonly number[]) => ids, {
    batchBy: (id) => {
      if (id === 1) throw new Error('no tenant');
      return id === 2 ? Promise.resolve('tenant') : 'tenant';
    },
  });
  const [thrown, promised, fine] = await Promise.allSettled([get(1), get(2), get(3)]);
  expect(thrown).toEqual({ status: 'rejected', reason: new Error('no tenant') });
  const message = 'batchBy: expected a value that is not a promise as its result, but got: object';
  expect(promised).toMatchObject({ status: 'rejected', reason: { code: 'MEMOKIT_BAD_OPTION', message } });
  expect(fine).toEqual({ status: 'fulfilled', value: 3 });
});
