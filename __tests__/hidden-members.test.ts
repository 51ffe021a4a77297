import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { cached, cacheOf, caches, evicts, NotCachedError, puts } from 'memokit';
import { error } from './support/error.js';

/** A cached member in whose place something else has put a function of its own. */

type Method = (this: unknown, ...args: any[]) => any;

/** A decorator, of either dialect, that replaces a method by a function that calls it. */
const logged = (...args: any[]): any => {
  const wrap = (method: Method): Method =>
    function (this: unknown, ...given) {
      return method.apply(this, given);
    };
  return args.length === 3 ? { ...args[2], value: wrap(args[2].value) } : wrap(args[0]);
};

/** Replaces a method of a prototype, as spies and MobX do. */
function replace(owner: object, name: string): void {
  const method = (owner as Record<string, Method>)[name]!;
  Object.defineProperty(owner, name, {
    value(this: unknown, ...given: unknown[]) {
      return method.apply(this, given);
    },
    configurable: true,
  });
}

/** Makes a class whose cached member is behind a function of another decorator, or of a spy on its prototype. */
const hide: Record<string, () => ReturnType<typeof decoratedClass>> = {
  'a decorator above @cached()': decoratedClass,
  'a spy on the prototype': () => {
    const Spied = plainClass();
    jest.spyOn(Spied.prototype, 'get');
    return Spied;
  },
  'a function in place of the method': () => {
    const Replaced = plainClass();
    replace(Replaced.prototype, 'get');
    return Replaced;
  },
};

function decoratedClass() {
  class Service {
    rows = new Map([[1, 'one']]);
    @logged
    @cached()
    async get(id: number) {
      return this.rows.get(id);
    }
    @evicts('get', (id) => [id])
    async set(id: number, row: string) {
      this.rows.set(id, row);
    }
    @puts('get', (id) => [id])
    async save(id: number, row: string) {
      this.rows.set(id, row);
      return row;
    }
  }
  return Service;
}

function plainClass(): ReturnType<typeof decoratedClass> {
  class Service {
    rows = new Map([[1, 'one']]);
    @cached()
    async get(id: number) {
      return this.rows.get(id);
    }
    @evicts('get', (id) => [id])
    async set(id: number, row: string) {
      this.rows.set(id, row);
    }
    @puts('get', (id) => [id])
    async save(id: number, row: string) {
      this.rows.set(id, row);
      return row;
    }
  }
  return Service;
}

const legacy = (() => {
  let isLegacy = false;
  const see = (...args: any[]): any => {
    isLegacy = args.length === 3;
  };
  class Probe {
    @see
    probe() {}
  }
  void Probe;
  return isLegacy;
})();

/** Standard decorators get metadata from some compilers, and from others only if the platform has `Symbol.metadata`. */
describe.each(legacy ? ['legacy'] : ['as compiled', 'with Symbol.metadata'])('%s', (kind) => {
  const hasMetadata = Object.hasOwn(Symbol, 'metadata');
  beforeAll(() => {
    if (kind !== 'with Symbol.metadata' || hasMetadata) return;
    Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata'), configurable: true });
  });
  afterAll(() => {
    if (kind === 'with Symbol.metadata' && !hasMetadata) Reflect.deleteProperty(Symbol, 'metadata');
  });

  describe.each(Object.keys(hide))('%s', (title) => {
    test('a write evicts and puts what a hidden member has cached, whoever was called first', async () => {
      const Service = hide[title]!();
      const [written, read] = [new Service(), new Service()];
      // Nothing was ever read.
      await written.set(1, 'uno');
      expect(await written.get(1)).toBe('uno');
      await written.set(1, 'ein');
      expect(await written.get(1)).toBe('ein');
      await written.save(1, 'un');
      written.rows.clear();
      expect(await written.get(1)).toBe('un');
      // This receiver was never read.
      await read.set(1, 'ichi');
      expect(await read.get(1)).toBe('ichi');
    });

    test('a read that begins during the first write of all is not kept', async () => {
      const Service = hide[title]!();
      for (const write of ['set', 'save'] as const) {
        const service = new Service();
        const writing = service[write](1, 'new');
        service.rows.set(1, 'old');
        const reading = service.get(1);
        service.rows.set(1, 'new');
        expect(await reading).toBe('old');
        await writing;
        expect(await service.get(1)).toBe('new');
      }
    });

    test('cacheOf finds a hidden member by its name, once its class is known', async () => {
      const Service = hide[title]!();
      const Other = hide[title]!();
      await new Service().get(1);
      const service = new Service();
      cacheOf(service, 'get').put([1], 'put');
      expect(await service.get(1)).toBe('put');
      const other = new Other();
      await other.get(1);
      expect(cacheOf(other, 'get').has(1)).toBe(true);
      expect(cacheOf(service, 'get').size).toBe(1);
    });
  });

  test('what a hidden member that was first called after a deferred write has stored is evicted when that is applied', async () => {
    class Service {
      row = 'old';
      applies: (() => void)[] = [];
      @logged
      @cached()
      async get(_id: number) {
        return this.row;
      }
      @evicts<Service>('get', (id) => [id], {
        defer(apply) {
          this.applies.push(apply);
        },
      })
      set(_id: number) {}
    }
    const service = new Service();
    service.set(1);
    expect(await service.get(1)).toBe('old');
    service.row = 'new';
    service.applies[0]!();
    expect(await service.get(1)).toBe('new');
  });

  test('a hidden member and those that it overrides are evicted, through any class of the family', async () => {
    class Base {
      row = 'old';
      @cached()
      async get() {
        return this.row;
      }
      @evicts('get')
      async set(row: string) {
        this.row = row;
      }
    }
    class Derived extends Base {
      @cached()
      override async get() {
        return `derived ${await super.get()}`;
      }
    }
    for (const owner of [Derived, Base]) replace(owner.prototype, 'get');
    for (const service of [new Derived(), new Base(), new Derived()]) {
      await service.get();
      await service.set('new');
      expect(await service.get()).toMatch(/new$/);
    }
  });

  test('a hidden static member is evicted', async () => {
    class Service {
      static row = 'old';
      @logged
      @cached()
      static async get() {
        return Service.row;
      }
      async get() {
        return 'of an instance';
      }
      @evicts('get')
      static async set(row: string) {
        Service.row = row;
      }
    }
    expect(await Service.get()).toBe('old');
    await Service.set('new');
    expect(await Service.get()).toBe('new');
    expect(() => cacheOf(new Service(), 'get')).toThrow(NotCachedError);
  });
});

test('a name of no cached member says what stands there, and which members are cached', () => {
  class Shelf {
    label = 'a';
    @cached()
    books() {
      return [];
    }
    @cached()
    get size() {
      return 0;
    }
    plain() {}
    @evicts('boks')
    add() {}
  }
  const shelf = new Shelf();
  for (const [fail, message] of [
    [() => shelf.add(), /^Shelf\.boks is not cached: there is no such member, and the cached ones are: books, size$/],
    [() => cacheOf(shelf, 'label'), /^Shelf\.label is not cached: a value of type string stands there, not a method$/],
    [
      () => cacheOf(shelf, 'plain'),
      /^Shelf\.plain is not cached: a function stands there that is not a cached method\..*something has wrapped it/,
    ],
    [() => cacheOf({}, 'none' as never), /^Object\.none is not cached: there is no such member$/],
  ] as const) {
    expect(fail).toThrow(error({ code: 'MEMOKIT_NOT_CACHED', message: expect.stringMatching(message) }));
  }
});

test('a mutator rejects where its method would: if it is async, or has returned a promise', async () => {
  const names: PropertyKey[] = ['known'];
  class Service {
    @cached()
    known() {
      return 1;
    }
    @evicts('unknown')
    async native() {}
    @evicts('known', () => names.map((name) => (name === 'known' ? 1 : fail())))
    compiled() {
      return Promise.resolve();
    }
    @evicts('unknown', { before: true })
    sync() {}
  }
  const fail = () => {
    throw new Error('no arguments');
  };
  const service = new Service();
  await expect(service.native()).rejects.toThrow(NotCachedError);
  await service.compiled();
  names.push('other');
  await expect(service.compiled()).rejects.toThrow('no arguments');
  expect(() => service.sync()).toThrow(NotCachedError);
});

test('the name of a hidden member has its class, once it was called', async () => {
  class Hidden {
    @logged
    @cached()
    async hiddenMember() {}
  }
  await new Hidden().hiddenMember();
  expect(caches().map(({ name }) => name)).toContain('Hidden.hiddenMember');
});
