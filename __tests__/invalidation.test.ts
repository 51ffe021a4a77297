import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, jest, test } from '@jest/globals';
import { cached, cacheOf, caches, clearAll, evicts, expireTags, invalidateTags, NotCachedError, puts } from 'memokit';
import { error } from './support/error.js';
import { Source, settle } from './support/source.js';
import { strict } from './support/strict.js';

/** `@evicts` and `@puts`, compiled in both dialects. */

interface User {
  id: number;
  name: string;
}

/** What is evicted is loaded again, with the next number. */
class Tables {
  loads = 0;
  isBroken = false;

  @cached()
  get(table: string) {
    return `${table} ${++this.loads}`;
  }

  @cached()
  async find(table: string) {
    return `${table} ${++this.loads}`;
  }

  @cached()
  get count() {
    return ++this.loads;
  }

  @evicts<Tables>('get', (table) => [table])
  alter(table: string, ddl = 'add') {
    if (this.isBroken) throw new Error('broken');
    return `${ddl} ${table}`;
  }

  @evicts<Tables>('get', (table) => [table])
  async alterLater(_table: string) {
    await undefined;
    if (this.isBroken) throw new Error('broken');
  }

  @evicts<Tables>('get')
  dropAll() {}

  @evicts<Tables>('get', 'find', 'count')
  reset() {}

  @evicts<Tables>(['get', 'find'], (table) => [table])
  drop(_table: string) {}

  @evicts<Tables>(['get', 'count'])
  resetSome() {}
}

test('a mutator evicts the call that its arguments say, of its own receiver only', () => {
  const [a, b] = [new Tables(), new Tables()];
  for (const tables of [a, b]) expect([tables.get('x'), tables.get('y')]).toEqual(['x 1', 'y 2']);
  expect(a.alter('x')).toBe('add x');
  expect([a.get('y'), a.get('x'), b.get('x')]).toEqual(['y 2', 'x 3', 'x 1']);
});

test('a mutator without an argument function evicts every call of each member that it names', async () => {
  const tables = new Tables();
  const load = async () => [tables.get('x'), tables.get('y'), await tables.find('x'), tables.count];
  expect(await load()).toEqual(['x 1', 'y 2', 'x 3', 4]);
  tables.dropAll();
  expect(await load()).toEqual(['x 5', 'y 6', 'x 3', 4]);
  tables.reset();
  expect(await load()).toEqual(['x 7', 'y 8', 'x 9', 10]);
  tables.resetSome();
  expect(await load()).toEqual(['x 11', 'y 12', 'x 9', 13]);
});

test('an array of names has one call of each evicted', async () => {
  const tables = new Tables();
  const load = async () => [tables.get('x'), tables.get('y'), await tables.find('x')];
  expect(await load()).toEqual(['x 1', 'y 2', 'x 3']);
  tables.drop('x');
  expect(await load()).toEqual(['x 4', 'y 2', 'x 5']);
});

test('a mutator that throws or rejects evicts nothing', async () => {
  const tables = new Tables();
  tables.get('x');
  tables.isBroken = true;
  expect(() => tables.alter('x')).toThrow('broken');
  await expect(tables.alterLater('x')).rejects.toThrow('broken');
  expect(tables.get('x')).toBe('x 1');
});

test('an async mutator evicts after its fulfilment, and before its caller hears of that', async () => {
  const tables = new Tables();
  tables.get('x');
  const altered = tables.alterLater('x');
  expect(tables.get('x')).toBe('x 1');
  await altered;
  expect(tables.get('x')).toBe('x 2');
});

test('a thenable that a mutator returns is awaited', async () => {
  class Service {
    loads = 0;
    @cached()
    get() {
      return ++this.loads;
    }
    @evicts('get')
    change(isBroken: boolean): PromiseLike<string> {
      const later = Promise.resolve('changed');
      const then = (done: any, fail: any) => later.then(isBroken ? fail : done);
      return { then } as PromiseLike<string>;
    }
  }
  const service = new Service();
  service.get();
  await expect(service.change(true)).rejects.toBe('changed');
  const changed = service.change(false);
  expect(service.get()).toBe(1);
  expect(await changed).toBe('changed');
  expect(service.get()).toBe(2);
});

test('a mutator evicts also where its result or an argument throws for unknown names', () => {
  class Service {
    loads = 0;
    @cached()
    get(env: object) {
      return [++this.loads, env];
    }
    @evicts('get', (env: object) => [env])
    change(env: object) {
      return env;
    }
    @puts('get', (env: object) => [env])
    replace(env: object) {
      return env as unknown[];
    }
  }
  const service = new Service();
  for (const hides of [false, true]) {
    const env = strict({ a: 1 }, hides);
    const first = service.get(env);
    expect(service.get(env)).toBe(first);
    expect(service.change(env) === env).toBe(true);
    expect(service.get(env)).not.toBe(first);
    service.replace(env);
    expect(service.get(env) === (env as unknown)).toBe(true);
  }
});

test('evicting before, the mutator finds the call evicted, and what it loads stays', () => {
  class Service {
    loads = 0;
    results: unknown[] = [];
    @cached()
    get(n: number) {
      return n + ++this.loads;
    }
    @evicts<Service>('get', (n) => [n], {
      before: true,
      when(result, n) {
        this.results.push(result, n);
        return n < 20;
      },
    })
    change(n: number): number {
      const seen = this.get(n);
      if (n === 0) throw new Error('broken');
      return seen;
    }
  }
  const service = new Service();
  expect([service.get(10), service.change(10), service.get(10)]).toEqual([11, 12, 12]);
  expect([service.get(20), service.change(20)]).toEqual([23, 23]);
  expect(service.results).toEqual([undefined, 10, undefined, 20]);
  expect(service.get(0)).toBe(4);
  expect(() => service.change(0)).toThrow('broken');
  expect(service.get(0)).toBe(5);
});

test('when judges the result and the arguments, and the argument function may be given both', async () => {
  class Service {
    loads = 0;
    offset = 1;
    @cached()
    get(n: number) {
      return [n, ++this.loads];
    }
    @evicts<Service>('get', (n) => [n], { when: (result, n) => result === 'yes' && n === 1 })
    sometimes(_n: number, answer: string) {
      return answer;
    }
    @evicts<Service>(
      'get',
      function (result, n) {
        return [result + n + this.offset];
      },
      {
        by: 'result',
        when(result) {
          return result < this.offset + 10;
        },
      },
    )
    async byResult(n: number) {
      return n;
    }
  }
  const service = new Service();
  const load = () => [1, 3].map((n) => service.get(n)[1]);
  expect(load()).toEqual([1, 2]);
  service.sometimes(1, 'no');
  service.sometimes(3, 'yes');
  expect(load()).toEqual([1, 2]);
  service.sometimes(1, 'yes');
  expect(load()).toEqual([3, 2]);
  await service.byResult(1);
  expect(load()).toEqual([3, 4]);
  service.offset = -10;
  await service.byResult(6.5);
  expect(load()).toEqual([3, 4]);
});

class Users {
  loads = 0;
  answer = Promise.resolve({ id: 1, name: 'loaded' });

  @cached()
  async get(_id: number): Promise<User> {
    this.loads++;
    return this.answer;
  }

  @cached()
  nameOf(id: number) {
    return `${id} ${++this.loads}`;
  }

  @puts<Users>('get', (user) => [user.id])
  async save(user: User): Promise<User> {
    if (user.name === '') throw new Error('no name');
    return { ...user, id: 1 };
  }

  @puts<Users>('get', (user) => [user.id], { by: 'result', when: (user) => user.name !== 'none' })
  async create(name: string): Promise<User> {
    return { id: 7, name };
  }

  @puts<Users>(['nameOf'], (id) => [id])
  rename(_id: number, name: string) {
    return name;
  }

  @evicts<Users>('get', (id) => [id])
  forget(_id: number) {}
}

test('what a mutator puts is the result of the call from then on', async () => {
  const users = new Users();
  const saved = await users.save({ id: 1, name: 'saved' });
  expect(await users.get(1)).toBe(saved);
  const created = await users.create('new');
  expect(await users.get(7)).toBe(created);
  expect(users.rename(1, 'sync')).toBe('sync');
  expect(users.nameOf(1)).toBe('sync');
  expect(users.loads).toBe(0);
});

test('nothing is put when the mutator fails, or when says so', async () => {
  const users = new Users();
  await expect(users.save({ id: 1, name: '' })).rejects.toThrow('no name');
  await users.create('none');
  expect(cacheOf(users, 'get').size).toBe(0);
});

test('evictions and puts fence loads in flight', async () => {
  const users = new Users();
  let answer!: (user: User) => void;
  users.answer = new Promise((resolve) => {
    answer = resolve;
  });
  const loading = [users.get(1), users.get(2)];
  const saved = await users.save({ id: 1, name: 'saved' });
  users.forget(2);
  answer({ id: 0, name: 'old' });
  expect(await Promise.all(loading)).toEqual([
    { id: 0, name: 'old' },
    { id: 0, name: 'old' },
  ]);
  expect(await users.get(1)).toBe(saved);
  expect(cacheOf(users, 'get').has(2)).toBe(false);
});

/** Its results are tagged, and each save ends when the test says so. */
class Rows {
  loads = 0;
  readonly saves = new Source<string>();

  @cached({ tags: () => ['rows'] })
  async get(_id: number): Promise<string> {
    return `loaded ${++this.loads}`;
  }

  @puts<Rows>('get', (id) => [id])
  save(id: number): Promise<unknown> {
    return this.saves.load(id);
  }

  @evicts<Rows>('get', (id) => [id])
  remove(_id: number) {}
}

test.each<[string, (rows: Rows) => unknown]>([
  ['an eviction', (rows) => rows.remove(1)],
  ['a delete', (rows) => cacheOf(rows, 'get').delete(1)],
  ['a clear', (rows) => cacheOf(rows, 'get').clear()],
  ['an expire', (rows) => cacheOf(rows, 'get').expire(1)],
  ['expireAll', (rows) => cacheOf(rows, 'get').expireAll()],
  ['expireTags', () => expireTags('rows')],
  ['clearAll', () => clearAll()],
  ['invalidateTags', () => invalidateTags('rows')],
  ['a put', (rows) => cacheOf(rows, 'get').put([1], 'put')],
])('%s while a mutator runs has its put be an eviction', async (_, happen) => {
  const rows = new Rows();
  await rows.get(1);
  const saved = rows.save(1);
  happen(rows);
  await rows.saves.give('saved');
  expect(await saved).toBe('saved');
  expect(await rows.get(1)).toBe('loaded 2');
});

test('what a mutator itself does to the member has its put be an eviction', () => {
  class Service {
    @cached()
    get(_id: number) {
      return 'loaded';
    }
    @puts<Service>('get', (id) => [id])
    save(id: number, isFirst: boolean): string {
      if (!isFirst) return 'newer';
      this.save(id, false);
      return 'older';
    }
  }
  const service = new Service();
  service.save(1, true);
  expect(service.get(1)).toBe('loaded');
});

test('of two mutators that overlap, no put outlasts the other', async () => {
  const rows = new Rows();
  const saves = [rows.save(1), rows.save(1)];
  rows.saves.runs[1]!.resolve('second');
  await saves[1];
  expect(await rows.get(1)).toBe('second');
  await rows.saves.runs[0]!.resolve('first');
  await saves[0];
  expect([await rows.get(1), rows.loads]).toEqual(['loaded 1', 1]);
});

test('loads and what happens to others keep no put away', async () => {
  const [rows, others] = [new Rows(), new Rows()];
  const saved = rows.save(1);
  expect(await rows.get(1)).toBe('loaded 1');
  cacheOf(others, 'get').clear();
  await rows.saves.give('saved');
  await saved;
  expect(await rows.get(1)).toBe('saved');
});

test('rules of one mutator do not keep each other’s puts away', () => {
  class Service {
    @cached()
    get(_id: number) {
      return 'loaded';
    }
    @puts<Service>('get', (a) => [a])
    @puts<Service>('get', (_, b) => [b])
    @evicts<Service>('get')
    @evicts<Service>('get', { before: true })
    save(_a: number, _b: number) {
      return 'saved';
    }
  }
  const service = new Service();
  service.get(3);
  service.save(1, 2);
  expect([1, 2].map((id) => service.get(id))).toEqual(['saved', 'saved']);
  expect(cacheOf(service, 'get').has(3)).toBe(false);
});

test('what was promised is put only where it is known whether the member returns promises', async () => {
  class Service {
    loads = 0;
    @cached()
    later(_id: number) {
      return Promise.resolve(`later ${++this.loads}`);
    }
    @cached()
    now(_id: number) {
      return `now ${++this.loads}`;
    }
    @puts<Service>(['later', 'now'], (id) => [id])
    async save(_id: number) {
      return 'saved';
    }
  }
  const service = new Service();
  await service.save(1);
  expect(service.later(1)).toBeInstanceOf(Promise);
  expect([await service.later(1), service.now(1)]).toEqual(['later 1', 'now 2']);
  await service.save(1);
  expect(service.later(1)).toBeInstanceOf(Promise);
  expect([await service.later(1), service.now(1)]).toEqual(['saved', 'saved']);
});

test.each(['ttl', 'tags', 'key', 'when', 'args'])(
  '%s that throws when a mutator has succeeded leaves no old value',
  (thrower) => {
    const failure = new Error(thrower);
    let isBroken = false;
    const check = (name: string) => {
      if (isBroken && name === thrower) throw failure;
    };
    class Service {
      row = 'old';
      @cached({
        ttl: () => {
          check('ttl');
          return 1000;
        },
        tags: () => {
          check('tags');
          return [];
        },
        key: (id) => {
          check('key');
          return id;
        },
      })
      get(_id: number) {
        return this.row;
      }
      @puts<Service>(
        'get',
        (id) => {
          check('args');
          return [id];
        },
        {
          when: () => {
            check('when');
            return true;
          },
        },
      )
      save(_id: number, row: string) {
        isBroken = true;
        this.row = row;
        return row;
      }
    }
    const service = new Service();
    service.get(1);
    expect(() => service.save(1, 'new')).toThrow(failure);
    isBroken = false;
    expect(service.get(1)).toBe('new');
  },
);

test('a result that cannot be judged after success evicts every call of the members named', async () => {
  const failure = new Error('judge');
  const fail = () => {
    throw failure;
  };
  class Service {
    loads = 0;
    @cached()
    get(_id: number) {
      return ++this.loads;
    }
    @evicts<Service>('get', (id) => [id], { when: fail })
    when(_id: number) {}
    @evicts<Service>('get', fail, { by: 'result' })
    async byResult(_id: number) {}
    @puts<Service>('get', (id) => [id], { when: fail })
    put(_id: number) {
      return 0;
    }
  }
  class Sub extends Service {
    @cached()
    override get(id: number) {
      return super.get(id);
    }
  }
  const service = new Sub();
  const load = () => [service.get(1), service.get(2)];
  expect(load()).toEqual([1, 2]);
  expect(() => service.when(1)).toThrow(failure);
  expect(load()).toEqual([3, 4]);
  await expect(service.byResult(1)).rejects.toThrow(failure);
  expect(load()).toEqual([5, 6]);
  expect(() => service.put(1)).toThrow(failure);
  expect(load()).toEqual([7, 8]);
});

test('the call to evict is that of the arguments as they were when the mutator was called', async () => {
  interface Query {
    id: number;
  }
  class Service {
    loads = 0;
    @cached()
    get(_query: Query) {
      return ++this.loads;
    }
    @evicts<Service>('get', (query) => [query])
    async change(query: Query) {
      query.id = 2;
    }
  }
  const service = new Service();
  service.get({ id: 1 });
  const query = { id: 1 };
  const changed = service.change(query);
  query.id = 3;
  await changed;
  expect(cacheOf(service, 'get').has({ id: 1 })).toBe(false);
});

test('an argument function of evicts that fails keeps the mutator from running', () => {
  const failure = new Error('arguments');
  const ran = jest.fn();
  class Service {
    @cached()
    get(_id: number) {
      return 1;
    }
    @evicts<Service>('get', () => {
      throw failure;
    })
    @evicts<Service>('get', { before: true })
    change() {
      ran();
    }
    @evicts('get', (id) => id)
    other(_id: number) {
      ran();
    }
  }
  const service = new Service();
  service.get(1);
  expect(() => service.change()).toThrow(failure);
  expect(() => service.other(1)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT' }));
  expect(ran).not.toHaveBeenCalled();
  expect(cacheOf(service, 'get').has(1)).toBe(true);
});

test('a when that fails before the mutator keeps it from running, with nothing evicted', () => {
  const failure = new Error('when');
  const ran = jest.fn();
  class Service {
    @cached()
    get(_id: number) {
      return 1;
    }
    @evicts<Service>('get', {
      before: true,
      when: () => {
        throw failure;
      },
    })
    change() {
      ran();
    }
  }
  const service = new Service();
  service.get(1);
  expect(() => service.change()).toThrow(failure);
  expect(ran).not.toHaveBeenCalled();
  expect(cacheOf(service, 'get').has(1)).toBe(true);
});

test('a name that is not cached is an error of the call, before the mutator runs', async () => {
  const ran = jest.fn();
  class Service {
    @cached()
    get() {
      return 1;
    }
    plain() {}
    @evicts<Service>('get')
    @evicts<Service>('plain')
    one() {
      ran();
    }
    @evicts('get', 'none', { before: true })
    async other() {
      ran();
    }
  }
  const service = new Service();
  service.get();
  expect(() => service.one()).toThrow(
    error({ code: 'MEMOKIT_NOT_CACHED', message: expect.stringMatching(/^Service\.plain .*@cached\(\)/) }),
  );
  await expect(service.other()).rejects.toThrow(NotCachedError);
  expect(() => service.one.call(undefined as never)).toThrow(NotCachedError);
  expect(ran).not.toHaveBeenCalled();
  expect(cacheOf(service, 'get').size).toBe(1);
});

test('an argument function that gives no array is an error of the call', async () => {
  class Service {
    @cached()
    get(_id: string) {
      return 1;
    }
    @evicts('get', (id) => id)
    sync(_id: string) {}
    @puts(['get'], () => undefined as never)
    async later() {}
  }
  const service = new Service();
  const refusal = (got: string) =>
    error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `the arguments of get: expected an array, but got: ${got}` });
  expect(() => service.sync('a')).toThrow(refusal('string a'));
  await expect(service.later()).rejects.toThrow(refusal('undefined'));
});

test('per class, a mutator evicts for all instances of the class', () => {
  let calls = 0;
  class Base {
    constructor(readonly tenant = 't') {}
    @cached({
      per: 'class',
      key(this: Base, id: number) {
        return [this.tenant, id];
      },
    })
    get(_id: number) {
      return ++calls;
    }
    @evicts<Base>('get', (id) => [id])
    change(_id: number) {}
  }
  class Sub extends Base {}
  const all = () => [new Base().get(1), new Base('u').get(1), new Sub().get(1)];
  expect(all()).toEqual([1, 2, 3]);
  new Base().change(1);
  expect(all()).toEqual([4, 2, 3]);
});

test('a static mutator evicts for its class', () => {
  let calls = 0;
  class Base {
    @cached()
    static get(_n: number) {
      return ++calls;
    }
    @evicts<typeof Base>('get', (n) => [n])
    static change(_n: number) {}
  }
  class Sub extends Base {}
  expect([Base.get(1), Sub.get(1)]).toEqual([1, 2]);
  Sub.change(1);
  expect([Base.get(1), Sub.get(1)]).toEqual([1, 3]);
});

test('a name means every cached member of the receiver that has it, whatever class the mutator is of', () => {
  class Base {
    loads = 0;
    @cached()
    get() {
      return ++this.loads;
    }
    @evicts<Base>('get')
    change() {}
  }
  class Cached extends Base {
    @cached()
    override get() {
      return 10 * super.get();
    }
  }
  class Plain extends Base {
    override get() {
      return 10 * super.get();
    }
    override change() {
      super.change();
    }
  }
  const [overriding, plain] = [new Cached(), new Plain()];
  expect([overriding.get(), plain.get()]).toEqual([10, 10]);
  overriding.change();
  plain.change();
  expect([overriding.get(), overriding.loads, plain.get()]).toEqual([20, 2, 20]);
});

test('a put is into the override, and what that made its result of is evicted', async () => {
  class Base {
    loads = 0;
    @cached()
    async get(_id: number) {
      return ++this.loads;
    }
    @puts<Base>('get', (id) => [id])
    async set(_id: number, value: number) {
      return value;
    }
  }
  class Sub extends Base {
    @cached()
    override async get(id: number) {
      return 10 * (await super.get(id));
    }
  }
  const service = new Sub();
  expect([await service.get(1), await service.get(2)]).toEqual([10, 20]);
  await service.set(1, 7);
  expect(await service.get(1)).toBe(7);
  cacheOf(service, 'get').clear();
  expect([await service.get(1), await service.get(2)]).toEqual([30, 20]);
});

test('a setter evicts what its getter has computed', () => {
  class Person {
    first = 'Ada';
    @cached()
    get label() {
      return this.first.toUpperCase();
    }
    @evicts<Person>('label')
    set name(first: string) {
      this.first = first;
    }
  }
  const person = new Person();
  expect(person.label).toBe('ADA');
  person.name = 'Grace';
  expect(person.label).toBe('GRACE');
});

test('of a descriptor with a getter and a setter, the setter is meant', () => {
  const prototype = {
    first: 'Ada',
    get name() {
      return this.first.toUpperCase();
    },
    set name(first: string) {
      this.first = first;
    },
  };
  const decorate = (decorator: unknown) => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'name');
    const call = decorator as (...args: unknown[]) => PropertyDescriptor;
    Object.defineProperty(prototype, 'name', call(prototype, 'name', descriptor));
  };
  decorate(evicts('name'));
  decorate(cached());
  decorate(evicts('name', { when: (_, first) => first !== '' }));
  const person = Object.create(prototype) as typeof prototype;
  expect([person.name, cacheOf(person, 'name').size]).toEqual(['ADA', 1]);
  person.name = 'Grace';
  expect([person.name, cacheOf(person, 'name').stats().misses]).toEqual(['GRACE', 2]);
});

test('all decorators that are stacked on a mutator take effect, whatever the others throw', () => {
  const told: unknown[] = [];
  const on = {
    evict({ value, cause }: { value: unknown; cause?: string }) {
      told.push([value, cause]);
      throw new Error(String(value));
    },
  };
  class Service {
    @cached({ on })
    a() {
      return 'a';
    }
    @cached({ on })
    b() {
      return 'b';
    }
    @cached({ on })
    c() {
      return 'c';
    }
    @puts<Service>('a', () => [])
    @evicts<Service>('b', () => [])
    @evicts<Service>('c')
    change() {
      told.push('changed');
      return 'put';
    }
  }
  const service = new Service();
  service.a();
  service.b();
  service.c();
  expect(() => service.change()).toThrow(AggregateError);
  expect(told).toEqual(['changed', ['c', 'cleared'], ['b', 'deleted'], ['a', 'replaced']]);
  expect([service.a(), cacheOf(service, 'b').size, cacheOf(service, 'c').size]).toEqual(['put', 0, 0]);
});

test('what an evict listener throws reaches the caller of the mutator, and every eviction is carried out', async () => {
  const failure = new Error('listener');
  const on = {
    evict() {
      throw failure;
    },
  };
  class Service {
    changes = 0;
    @cached({ on })
    a(_n: number) {
      return 1;
    }
    @cached()
    b(_n: number) {
      return 1;
    }
    @evicts(['a', 'b'], (n) => [n])
    sync(_n: number) {
      this.changes++;
    }
    @evicts<Service>('a', 'b')
    async later() {
      this.changes++;
    }
  }
  const service = new Service();
  const load = () => [service.a(1), service.b(1)];
  load();
  expect(() => service.sync(1)).toThrow(failure);
  expect([cacheOf(service, 'a').size, cacheOf(service, 'b').size, service.changes]).toEqual([0, 0, 1]);
  load();
  await expect(service.later()).rejects.toBe(failure);
  expect([cacheOf(service, 'a').size, cacheOf(service, 'b').size, service.changes]).toEqual([0, 0, 2]);
});

test('outside of @cached a mutator evicts at hits too, inside of it only at misses', () => {
  class Service {
    loads = 0;
    @cached()
    list() {
      return ++this.loads;
    }
    @evicts<Service>('list')
    @cached()
    outside(n: number) {
      return n;
    }
    @cached()
    @evicts<Service>('list')
    inside(n: number) {
      return n;
    }
  }
  const service = new Service();
  const lists = (name: 'outside' | 'inside') =>
    [1, 2].map(() => {
      expect(service[name](5)).toBe(5);
      return service.list();
    });
  expect(lists('outside')).toEqual([1, 2]);
  expect(lists('inside')).toEqual([3, 3]);
  expect([cacheOf(service, 'outside').stats().hits, cacheOf(service, 'inside').stats().hits]).toEqual([1, 1]);
});

test('a cached method inside of @evicts is found, evicted and labelled as any other', () => {
  class Labelled {
    @evicts<Labelled>('other')
    @cached()
    member() {
      return 1;
    }
    @cached()
    other() {
      return 1;
    }
    @evicts<Labelled>('member')
    reset() {}
  }
  class Sub extends Labelled {}
  const service = new Sub();
  service.member();
  expect([cacheOf(service, 'member').size, cacheOf(service, service.member).size]).toEqual([1, 1]);
  service.reset();
  expect(cacheOf(service, 'member').size).toBe(0);
  expect(caches().map(({ name }) => name)).toContain('Labelled.member');
});

test('a put in an async method that is cached and evicts is given as a promise', async () => {
  class Service {
    @cached()
    @evicts<Service>('other')
    async get(_id: number) {
      return 'loaded';
    }
    @cached()
    other() {}
    @puts<Service>('get', (id) => [id])
    set(_id: number, value: string) {
      return value;
    }
  }
  const service = new Service();
  service.set(1, 'put');
  expect(service.get(1)).toBeInstanceOf(Promise);
  expect(await service.get(1)).toBe('put');
});

test('a mutator keeps its name, length, own properties, metadata and descriptor, and gets its receiver and arguments', () => {
  const mark = (...args: any[]): any => {
    const method = args.length === 3 ? args[2].value : args[0];
    Reflect.defineMetadata('role', 'admin', method);
    method.hung = 'on';
  };
  class Service {
    @cached()
    get() {}
    @evicts('get', (_first: unknown, rest: unknown[]) => [...rest])
    @mark
    change(first: unknown, rest: unknown[], ...more: unknown[]) {
      return [this, first, rest.length, ...more];
    }
  }
  const service = new Service();
  const { change } = Service.prototype;
  expect([change.name, change.length, (change as { hung?: string }).hung]).toEqual(['change', 2, 'on']);
  expect(Reflect.getMetadata('role', change)).toBe('admin');
  expect(Reflect.hasMetadata('memokit:options', change)).toBe(false);
  expect(Object.getOwnPropertyDescriptor(Service.prototype, 'change')).toMatchObject({
    enumerable: false,
    configurable: true,
    writable: true,
  });
  expect(Reflect.ownKeys(service)).toEqual([]);
  expect(service.change('a', [1], 2, undefined)).toEqual([service, 'a', 1, 2, undefined]);
  expect(() => new (change as never as new () => object)()).toThrow(TypeError);
});

/** Old values of it stand in where a load fails. */
class Prices {
  price = 1;
  isDown = false;

  @cached({ ttl: 1000, staleIfError: 1000, clock: () => 0 })
  async get(_id: number): Promise<number> {
    if (this.isDown) throw new Error('down');
    return this.price;
  }

  @cached()
  now(_id: number) {
    return this.price;
  }

  @evicts<Prices>(['get', 'now'], (id) => [id], { soft: true })
  touch(_id: number) {}

  @evicts<Prices>('get', 'now', { soft: true })
  touchAll() {}

  @evicts<Prices>('get', (id) => [id], { soft: true, before: true })
  touchBefore(_id: number) {
    throw new Error('not written');
  }

  @puts<Prices>('get', (id) => [id], { soft: true })
  set(_id: number, act: () => unknown): unknown {
    return act();
  }

  @evicts<Prices>('get', (id) => [id], {
    soft: true,
    when: () => {
      throw new Error('when');
    },
  })
  broken(_id: number) {}
}

test.each<[string, (prices: Prices) => unknown]>([
  ['a call', (prices) => prices.touch(1)],
  ['every call', (prices) => prices.touchAll()],
  ['a call, before the mutator', (prices) => prices.touchBefore(1)],
  ['a call whose put was overtaken', (prices) => prices.set(1, () => cacheOf(prices, 'get').put([2], 2))],
  ['a call whose result cannot be put', (prices) => prices.set(1, () => [].values())],
  ['every call, where when throws', (prices) => prices.broken(1)],
])('with soft, a mutator expires %s instead of deleting it', async (_, write) => {
  const prices = new Prices();
  await prices.get(1);
  prices.price = 2;
  try {
    write(prices);
  } catch {
    // The mutator, or its rule, has failed.
  }
  expect(cacheOf(prices, 'get').explain(1).outcome).toBe('miss');
  prices.isDown = true;
  expect(await prices.get(1)).toBe(1);
  cacheOf(prices, 'get').expire(1);
  prices.isDown = false;
  expect(await prices.get(1)).toBe(2);
});

test('with soft, an entry that nothing keeps is removed with the cause expired, and a put is a put', async () => {
  const prices = new Prices();
  prices.now(1);
  prices.touch(1);
  expect(cacheOf(prices, 'now').stats()).toMatchObject({ size: 0, evictions: { expired: 1, deleted: 0 } });
  await prices.get(1);
  prices.set(1, () => 5);
  expect(await prices.get(1)).toBe(5);
});

/** Rows that are read as they were committed, whoever reads, and written in transactions. */
class Database {
  readonly rows = new Map<number, string>();

  transaction() {
    const written: [number, string][] = [];
    const hooks: (() => void)[] = [];
    return {
      write: (id: number, row: string) => void written.push([id, row]),
      afterCommit: (hook: () => void) => void hooks.push(hook),
      commit: () => {
        for (const [id, row] of written) this.rows.set(id, row);
        for (const hook of hooks) hook();
      },
    };
  }
}

type Transaction = ReturnType<Database['transaction']>;

class Accounts {
  readonly database = new Database();
  /** Each load of `wait` ends when the test says so, with what it has read when it began. */
  readonly reads: (() => void)[] = [];

  @cached()
  async get(id: number) {
    return this.database.rows.get(id);
  }

  @cached()
  all() {
    return [...this.database.rows.values()];
  }

  @cached()
  async wait(id: number) {
    const row = this.database.rows.get(id);
    await new Promise<void>((resolve) => this.reads.push(resolve));
    return row;
  }

  @evicts<Accounts>(['get', 'wait'], (id) => [id], { defer: (apply, _id, _row, tx) => tx.afterCommit(apply) })
  @evicts<Accounts>('all', { defer: (apply, _id, _row, tx) => tx.afterCommit(apply) })
  async write(id: number, row: string, tx: Transaction) {
    tx.write(id, row);
  }

  @evicts<Accounts>('get', (id) => [id], { defer: (apply, _id, _row, tx) => tx.afterCommit(apply) })
  writeNow(id: number, row: string, tx: Transaction) {
    tx.write(id, row);
  }

  @puts<Accounts>(['get', 'wait'], (row) => [row.id], {
    by: 'result',
    defer: (apply, _id, _row, tx) => tx.afterCommit(() => apply()),
  })
  async save(id: number, name: string, tx: Transaction): Promise<unknown> {
    tx.write(id, name);
    return { id, name };
  }
}

test('a read between a write and its commit refills no entry for long: after the commit the next read sees the new row', async () => {
  for (const write of ['write', 'writeNow'] as const) {
    const accounts = new Accounts();
    const { database } = accounts;
    database.rows.set(1, 'old');
    const tx = database.transaction();
    await accounts[write](1, 'new', tx);
    expect(await accounts.get(1)).toBe('old');
    tx.commit();
    expect(await accounts.get(1)).toBe('new');
  }
});

test('until a deferred mutator is applied the entries answer, and after a rollback they stay', async () => {
  const accounts = new Accounts();
  accounts.database.rows.set(1, 'old');
  const read = async () => [await accounts.get(1), accounts.all()];
  expect(await read()).toEqual(['old', ['old']]);
  const tx = accounts.database.transaction();
  await accounts.write(1, 'new', tx);
  expect(await read()).toEqual(['old', ['old']]);
  expect(cacheOf(accounts, 'get').stats()).toMatchObject({ hits: 1, misses: 1 });
  // The next transaction is committed, and concerns one of the two.
  const next = accounts.database.transaction();
  accounts.writeNow(1, 'newer', next);
  next.commit();
  expect(await read()).toEqual(['newer', ['old']]);
  tx.commit();
  expect(await read()).toEqual(['new', ['new']]);
});

test('loads are fenced when a deferred mutator succeeds, and those that begin until it is applied by then', async () => {
  const accounts = new Accounts();
  accounts.database.rows.set(1, 'old');
  const finish = async (at: number) => {
    accounts.reads[at]!();
    await settle();
  };
  const before = accounts.wait(1);
  const tx = accounts.database.transaction();
  await accounts.write(1, 'new', tx);
  const between = accounts.wait(1);
  expect(accounts.reads).toHaveLength(2);
  await finish(0);
  expect([await before, cacheOf(accounts, 'wait').has(1)]).toEqual(['old', false]);
  tx.commit();
  const after = accounts.wait(1);
  expect(accounts.reads).toHaveLength(3);
  await finish(1);
  expect([await between, cacheOf(accounts, 'wait').has(1)]).toEqual(['old', false]);
  await finish(2);
  expect([await after, cacheOf(accounts, 'wait').has(1)]).toEqual(['new', true]);
});

test.each([true, false])(
  'a deferred put is made when it is applied, unless the cache was changed: %s',
  async (isChanged) => {
    const accounts = new Accounts();
    const { database } = accounts;
    database.rows.set(1, 'old');
    await accounts.get(1);
    const tx = database.transaction();
    await accounts.save(1, 'new', tx);
    expect(await accounts.get(1)).toBe('old');
    if (isChanged) cacheOf(accounts, 'get').delete(2);
    tx.commit();
    expect(cacheOf(accounts, 'get').has(1)).toBe(!isChanged);
    expect(await accounts.get(1)).toEqual(isChanged ? 'new' : { id: 1, name: 'new' });
    expect(await accounts.wait(1)).toEqual({ id: 1, name: 'new' });
  },
);

function defer(this: Deferring, apply: () => void, ...args: unknown[]) {
  this.given.push([this, ...args]);
  if (this.isBroken === true) throw new Error('defer');
  this.applies.push(apply);
  if (this.isBroken !== 'after') return;
  apply();
  throw new Error('defer');
}

/** Its changes are made when the test says so. */
class Deferring {
  value = 'old';
  applies: (() => void)[] = [];
  given: unknown[] = [];
  isBroken: boolean | 'after' = false;

  @cached()
  get(_id: number) {
    return this.value;
  }

  @evicts<Deferring>('get', (id) => [id], { defer: defer })
  touch(_id: number, value: string) {
    this.value = value;
  }

  @evicts<Deferring>('get', (_, id) => [id], { by: 'result', defer: defer })
  @evicts<Deferring>('get', (id) => [id], { defer: defer })
  async touchLater(_id: number, value: string) {
    this.value = value;
  }

  @puts<Deferring>('get', (id) => [id], { defer: defer })
  put(_id: number, value: string) {
    this.value = value;
    return value;
  }

  @evicts<Deferring>('get', (id) => [id], { when: (_, __, value) => value, defer: defer })
  maybe(_id: number, value: unknown) {
    if (value === 'throw') this.value = value;
  }

  @evicts<Deferring>('get', (id) => [id], {
    when: () => {
      throw new Error('when');
    },
    defer: defer,
  })
  broken(_id: number) {}
}

test('defer is called as a method of the receiver, with the arguments of the mutator, once for each rule that counts', async () => {
  const service = new Deferring();
  service.touch(1, 'new');
  await service.touchLater(2, 'newer');
  service.maybe(3, false);
  expect(service.given).toEqual([
    [service, 1, 'new'],
    [service, 2, 'newer'],
    [service, 2, 'newer'],
  ]);
});

test('defer runs in the async context of the call of the mutator', async () => {
  const transactions = new AsyncLocalStorage<(() => void)[]>();
  class Service {
    value = 'old';
    @cached()
    get() {
      return this.value;
    }
    @evicts<Service>('get', { defer: (apply) => void transactions.getStore()!.push(apply) })
    async set() {
      await settle();
    }
  }
  const service = new Service();
  service.get();
  const [one, other]: (() => void)[][] = [[], []];
  const sets = [one, other].map((hooks) => transactions.run(hooks!, () => service.set()));
  await Promise.all(sets);
  expect([one!.length, other!.length]).toEqual([1, 1]);
  service.value = 'new';
  expect(service.get()).toBe('old');
  one![0]!();
  expect(service.get()).toBe('new');
});

test('apply works once', () => {
  const service = new Deferring();
  service.get(1);
  service.touch(1, 'new');
  const [apply] = service.applies;
  for (let i = 0; i < 2; i++) apply!();
  expect(service.get(1)).toBe('new');
  service.value = 'newer';
  apply!();
  expect(service.get(1)).toBe('new');
});

test.each([true, 'after'] as const)(
  'where defer throws, the change is made at once, and once: %s',
  async (isBroken) => {
    for (const write of ['touch', 'touchLater', 'put'] as const) {
      const service = new Deferring();
      service.get(1);
      service.isBroken = isBroken;
      await expect((async () => service[write](1, 'new'))()).rejects.toThrow(
        write === 'touchLater' ? AggregateError : 'defer',
      );
      expect(service.get(1)).toBe('new');
      service.value = 'newer';
      for (const apply of service.applies) apply();
      expect(service.get(1)).toBe('new');
    }
  },
);

test('where when throws, every call is evicted when a deferred mutator is applied', () => {
  const service = new Deferring();
  service.get(1);
  service.get(2);
  service.value = 'new';
  expect(() => service.broken(1)).toThrow('when');
  expect(service.get(2)).toBe('old');
  service.applies[0]!();
  expect([service.get(1), service.get(2)]).toEqual(['new', 'new']);
});

test('what listeners throw reaches the caller of apply, with every change made', () => {
  const failure = new Error('evict');
  const on = {
    evict: () => {
      throw failure;
    },
  };
  class Service {
    applies: (() => void)[] = [];
    @cached({ on })
    one(_id: number) {
      return {};
    }
    @cached({ on })
    other(_id: number) {
      return {};
    }
    @evicts<Service>(['one', 'other'], (id) => [id], {
      defer(apply) {
        this.applies.push(apply);
      },
    })
    touch(_id: number) {}
  }
  const service = new Service();
  service.one(1);
  service.other(1);
  service.touch(1);
  expect(service.applies[0]).toThrow(AggregateError);
  expect([cacheOf(service, 'one').size, cacheOf(service, 'other').size]).toEqual([0, 0]);
});

test('a deferred mutator evicts also what the named member overrides, and soft expires it', async () => {
  class Base extends Prices {
    applies: (() => void)[] = [];
  }
  class Sub extends Base {
    @cached({ ttl: 1000, staleIfError: 1000, clock: () => 0 })
    override async get(id: number): Promise<number> {
      return super.get(id);
    }
    @evicts<Sub>('get', (id) => [id], {
      soft: true,
      defer(apply) {
        this.applies.push(apply);
      },
    })
    later(_id: number) {}
  }
  const service = new Sub();
  await service.get(1);
  service.price = 2;
  service.later(1);
  expect(await service.get(1)).toBe(1);
  service.applies[0]!();
  service.isDown = true;
  expect(await service.get(1)).toBe(1);
  cacheOf(service, 'get').expire(1);
  service.isDown = false;
  cacheOf(Object.create(service), 'get').expire(1);
  service.later(1);
  service.applies[1]!();
  expect(await service.get(1)).toBe(2);
});

test('an async defer that rejects before it applies evicts, puts nothing, and leaves no rejection that nobody handles', async () => {
  const commits = new Map<number, (isCommitted: boolean) => void>();
  const committed = (id: number) =>
    new Promise<void>((resolve, reject) => {
      commits.set(id, (isCommitted) => (isCommitted ? resolve() : reject(new Error('rolled back'))));
    });
  class Service {
    rows = new Map<number, string>();
    @cached()
    get(id: number) {
      return this.rows.get(id) ?? 'none';
    }
    @puts<Service>('get', (id) => [id], {
      defer: async (apply, id) => {
        await committed(id);
        apply();
      },
    })
    put(_id: number, value: string) {
      return value;
    }
  }
  const service = new Service();
  for (const id of [1, 2]) {
    service.get(id);
    service.put(id, `new ${id}`);
    service.rows.set(id, `row ${id}`);
    expect(service.get(id)).toBe('none');
  }
  commits.get(1)!(false);
  await settle();
  expect([service.get(1), service.get(2)]).toEqual(['row 1', 'none']);
});
