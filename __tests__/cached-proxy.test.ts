import { inspect } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { cached, cachedProxy, cacheOf, caches, memoize } from 'memokit';
import { error } from './support/error.js';

/** A class that one did not write, with whatever is hard on a proxy. */
class Client {
  #runs = 0;
  #url = 'a';
  readonly options = { retries: 1 };
  find(id: number) {
    return { id, run: ++this.#runs, client: this };
  }
  async load(id: number) {
    return { id, run: ++this.#runs };
  }
  get runs() {
    return this.#runs;
  }
  get url() {
    return this.#url;
  }
  set url(url: string) {
    this.#url = url;
  }
  reset() {
    this.#runs = 0;
    return this;
  }
  self() {
    return this;
  }
  findTwice(id: number) {
    return [this.find(id), this.find(id)];
  }
}

/** Whether a thing is the same when it is asked for again. */
const same = (ask: () => unknown) => Object.is(ask(), ask());

test('of a proxied object the named methods are cached, and only those', async () => {
  const client = new Client();
  const proxy = cachedProxy(client, { find: {}, load: { ttl: 60_000 }, findTwice: undefined });
  expect(proxy.find(1)).toBe(proxy.find(1));
  expect(proxy.find(2)).not.toBe(proxy.find(1));
  expect(await proxy.load(1)).toBe(await proxy.load(1));
  expect(proxy.runs).toBe(3);
  expect(proxy.findTwice(1)[0]).not.toBe(proxy.findTwice(1)[0]);
});

test('a method runs with the object as its this, and gives the proxy where it would give the object', () => {
  const client = new Client();
  const proxy = cachedProxy(client, { find: {}, self: {} });
  expect(proxy.find(1).client).toBe(client);
  expect([proxy.reset(), proxy.reset().reset(), proxy.self(), proxy.self()]).toEqual(Array(4).fill(proxy));
  expect(proxy.reset()).toBe(proxy);
  expect(proxy.self()).toBe(proxy);
});

test('a promise of the object is one of the proxy, and one with something of its own is left alone', async () => {
  const running = Object.assign(Promise.resolve(5), { kill() {} });
  const failure = new Error('no connection');
  const target = {
    async connect() {
      return this;
    },
    async open() {
      return this;
    },
    async fail() {
      throw failure;
    },
    run: () => running,
  };
  const proxy = cachedProxy(target, { connect: {} });
  expect((await proxy.connect()) === proxy).toBe(true);
  expect((await proxy.open()) === proxy).toBe(true);
  await expect(proxy.fail()).rejects.toBe(failure);
  expect(proxy.run()).toBe(running);
});

test('built-in objects work behind a proxy', () => {
  const map = new Map([['a', 1]]);
  const proxy = cachedProxy(map, { get: {} });
  expect([proxy.get('a'), proxy.set('a', 2), proxy.get('a'), map.get('a')]).toEqual([1, proxy, 1, 2]);
  expect([proxy.size, [...proxy], proxy instanceof Map]).toEqual([1, [['a', 2]], true]);
  const date = cachedProxy(new Date(5), { toISOString: {} });
  expect([date.getTime(), Number(date), JSON.stringify(date)]).toEqual([5, 5, '"1970-01-01T00:00:00.005Z"']);
  const list = cachedProxy([1, 2], { includes: {} });
  expect([Array.isArray(list), list.push(3), [...list], list.length]).toEqual([true, 3, [1, 2, 3], 3]);
});

test('a method that is called on something else gets that, with entries of its own', () => {
  const target = {
    name: 'target',
    greet(word: string) {
      return { text: `${word} ${this?.name}` };
    },
    plain() {
      return this?.name;
    },
  };
  const proxy = cachedProxy(target, { greet: {} });
  const other = { name: 'other' };
  const greeting = proxy.greet.call(other as typeof target, 'hi');
  expect([greeting, proxy.greet('hi')]).toEqual([{ text: 'hi other' }, { text: 'hi target' }]);
  expect(proxy.greet.call(other as typeof target, 'hi')).toBe(greeting);
  expect(proxy.plain.call(other as typeof target)).toBe('other');
  const { plain } = proxy;
  expect(plain()).toBe(undefined);
  const child: typeof target = Object.create(proxy, { name: { value: 'child' } });
  expect([child.greet('hi').text, child.plain(), proxy.greet('hi').text]).toEqual(['hi child', 'child', 'hi target']);
  child.plain = () => 'own';
  expect([child.plain(), proxy.plain()]).toEqual(['own', 'target']);
});

test('getters, setters, in, delete, keys, JSON, inspection and instanceof are those of the object', () => {
  const client = new Client();
  const proxy: Partial<Client> & Client = cachedProxy(client, { find: {} });
  proxy.url = 'b';
  expect([client.url, proxy.url]).toEqual(['b', 'b']);
  expect(proxy instanceof Client).toBe(true);
  expect(['find' in proxy, 'none' in proxy]).toEqual([true, false]);
  expect(Object.keys(proxy)).toEqual(['options']);
  expect([JSON.stringify(proxy), inspect(proxy)]).toEqual([JSON.stringify(client), inspect(client)]);
  expect(Reflect.deleteProperty(proxy, 'options')).toBe(true);
  expect(Reflect.ownKeys(client)).toEqual([]);
});

test('members keep their identity: objects, classes and the constructor as in the object, methods as they were', () => {
  class Query {}
  function Legacy() {}
  const target = Object.assign(new Client(), { Query, Map, constructed: new Query() });
  const proxy = cachedProxy(target, { find: {} });
  expect([proxy.options === target.options, proxy.constructed === target.constructed]).toEqual([true, true]);
  expect([proxy.constructor, proxy.Query, proxy.Map]).toEqual([Client, Query, Map]);
  expect(cachedProxy({ constructor: Legacy }, {}).constructor).toBe(Legacy);
  expect([same(() => proxy.find), same(() => proxy.reset), proxy.find === target.find]).toEqual([true, true, false]);
});

test('a method of the proxy has the name, length and properties of its own, and can be a spy or a constructor', () => {
  const save = jest.fn((_id: number) => 1);
  function Legacy(this: { made: boolean }) {
    this.made = true;
  }
  const proxy = cachedProxy({ save, Legacy, find: (_id: number) => 1 }, { find: {} });
  proxy.save(1);
  expect(proxy.save).toHaveBeenCalledWith(1);
  expect([proxy.save.length, proxy.find.name, proxy.find.length]).toEqual([save.length, 'find', 1]);
  const made = Reflect.construct(proxy.Legacy, []);
  expect([made.made, made instanceof Legacy]).toEqual([true, true]);
});

test('the object itself is not touched, and runs uncached', () => {
  const client = new Client();
  const before = Object.getOwnPropertyDescriptors(Client.prototype);
  const proxy = cachedProxy(client, { find: {} });
  proxy.find(1);
  expect(client.find(1)).not.toBe(client.find(1));
  expect(Object.getOwnPropertyDescriptors(Client.prototype)).toEqual(before);
  expect(Reflect.ownKeys(client)).toEqual(['options']);
});

test('two proxies of one object share nothing', () => {
  const client = new Client();
  const [one, two] = [cachedProxy(client, { find: {} }), cachedProxy(client, { find: {} })];
  expect(one.find(1)).not.toBe(two.find(1));
  cacheOf(one, 'find').clear();
  expect([cacheOf(one, 'find').size, cacheOf(two, 'find').size]).toEqual([0, 1]);
});

test('a proxy of a proxy caches what it names, and leaves the rest to that one', () => {
  const client = new Client();
  const inner = cachedProxy(client, { find: {} });
  const outer = cachedProxy(inner, { load: {} });
  expect(outer.find(1)).toBe(inner.find(1));
  expect(outer.load(1)).toBe(outer.load(1));
  expect(outer.reset()).toBe(outer);
  expect(cacheOf(outer, 'find').has(1)).toBe(true);
  const target = new Proxy(client, { get: (object, name) => Reflect.get(object, name, object) });
  expect(cachedProxy(target, { find: {} }).url).toBe('a');
});

test('a method that is replaced is cached anew, with nothing of the results of the old one', () => {
  const target = { get: (n: number) => [n] };
  const original = target.get;
  const proxy = cachedProxy(target, { get: {} });
  const old = proxy.get(1);
  proxy.get = (n) => [n * 10];
  expect([proxy.get(1), target.get(1)]).toEqual([[10], [10]]);
  expect(proxy.get(1)).toBe(proxy.get(1));
  target.get = (n) => [n * 100];
  expect(proxy.get(1)).toEqual([100]);
  proxy.get = original;
  expect(proxy.get(1)).toEqual([1]);
  expect(proxy.get(1)).not.toBe(old);
});

test('a class that takes the place of a method is given as it is', () => {
  const target: { get: () => unknown } = { get: () => [1] };
  const proxy = cachedProxy(target, { get: {} });
  class Query {}
  Object.assign(proxy, { get: Query });
  expect(proxy.get).toBe(Query);
  expect(() => cacheOf(proxy, 'get')).toThrow(error({ code: 'MEMOKIT_NOT_CACHED' }));
});

test('what was read from a proxy is put back as what it was in the object', () => {
  const target = new Client();
  const { find, reset } = target;
  const proxy = cachedProxy(target, { find: {} });
  const spy = jest.spyOn(proxy, 'find').mockImplementation((id) => ({ id, run: 0, client: target }));
  expect([proxy.find(1).run, proxy.find(1).run, spy.mock.calls.length]).toEqual([0, 0, 1]);
  spy.mockRestore();
  Object.assign(proxy, { find: proxy.find, reset: proxy.reset });
  expect([target.find === find, target.reset === reset]).toEqual([true, true]);
});

test('no way of writing through a proxy puts a stand-in into the object', () => {
  const original = () => [1];
  const makeTarget = () => {
    class Service {
      find = original;
      other = original;
      handler: unknown;
      inherited() {
        return [2];
      }
      set listener(listener: unknown) {
        this.handler = listener;
      }
    }
    return new Service();
  };
  type Target = ReturnType<typeof makeTarget>;
  const writes: [title: string, write: (proxy: Target, standIn: Target['find'], target: Target) => unknown][] = [
    ['set', (proxy, standIn) => (proxy.handler = standIn)],
    ['a setter', (proxy, standIn) => (proxy.listener = standIn)],
    ['Object.assign', (proxy, handler) => Object.assign(proxy, { handler })],
    ['Reflect.set', (proxy, standIn) => Reflect.set(proxy, 'handler', standIn)],
    ['Reflect.set on the object', (proxy, standIn, target) => Reflect.set(proxy, 'handler', standIn, target)],
    ['Reflect.set of another', (proxy, standIn) => Reflect.set({}, 'handler', standIn, proxy)],
    ['a proxy around the proxy', (proxy, standIn) => (new Proxy(proxy, {}).handler = standIn)],
    ['a proxy of the proxy', (proxy, standIn) => (cachedProxy(proxy, {}).handler = standIn)],
    ['a second proxy', (_, standIn, target) => (cachedProxy(target, {}).handler = standIn)],
    ['defineProperty', (proxy, value) => Object.defineProperty(proxy, 'handler', { value })],
    ['defineProperties', (proxy, value) => Object.defineProperties(proxy, { handler: { value, enumerable: false } })],
    ['a getter', (proxy, get) => Object.defineProperty(proxy, 'handler', { get })],
  ];
  for (const name of ['find', 'other', 'inherited'] as const) {
    for (const [title, write] of writes) {
      const target = makeTarget();
      const method = target[name];
      const proxy = cachedProxy(target, { find: {}, inherited: {} });
      write(proxy, proxy[name], target);
      const { value, get } = Object.getOwnPropertyDescriptor(target, 'handler')!;
      expect([title, name, (value ?? get) === method]).toEqual([title, name, true]);
    }
  }
});

test('a stand-in that is defined as a new property leaves the method itself in the object, cached through the proxy', () => {
  const target = new Client();
  const { find } = target;
  const proxy = cachedProxy(target, { find: {} });
  Object.defineProperty(proxy, 'find', { value: proxy.find });
  expect(Object.getOwnPropertyDescriptor(target, 'find')).toMatchObject({ value: find, writable: false });
  expect(target.find(1)).not.toBe(target.find(1));
  expect(proxy.find(1)).toBe(proxy.find(1));
  const accessor = { get: proxy.reset, set: proxy.self, configurable: true };
  Object.defineProperty(proxy, 'accessor', accessor);
  const { get, set } = Object.getOwnPropertyDescriptor(target, 'accessor')!;
  expect([get === target.reset, set === target.self]).toEqual([true, true]);
  Object.defineProperty(proxy, 'kept', { value: proxy.find, writable: true, configurable: false });
  Object.defineProperty(proxy, 'plain', { value: 1 });
  expect(Object.getOwnPropertyDescriptors(target)).toMatchObject({
    kept: { value: find, configurable: false },
    plain: { value: 1, configurable: false, writable: false },
  });
});

test('a stand-in that could never be replaced again is refused, and nothing is written', () => {
  const target = new Client();
  const proxy = cachedProxy(target, { find: {} });
  const descriptors: PropertyDescriptor[] = [
    { value: proxy.find, configurable: false },
    { value: proxy.reset, configurable: false, writable: false },
    { get: proxy.self, configurable: false },
  ];
  for (const descriptor of descriptors) {
    expect(() => Object.defineProperty(proxy, 'fixed', descriptor)).toThrow(TypeError);
    expect(Reflect.defineProperty(proxy, 'fixed', descriptor)).toBe(false);
  }
  expect(Object.hasOwn(target, 'fixed')).toBe(false);
});

test('a proxy that is an argument of its own methods is the object there', () => {
  class Money {
    readonly #amount: number;
    constructor(amount: number) {
      this.#amount = amount;
    }
    plus(...others: Money[]) {
      return others.reduce((sum, other) => sum + other.#amount, this.#amount);
    }
    times(factor: number, other: Money) {
      return [this.#amount * factor, other.#amount];
    }
    same(other: unknown) {
      return other === this;
    }
  }
  const money = new Money(5);
  const proxy = cachedProxy(money, { times: {} });
  expect([proxy.plus(proxy), proxy.plus(money, proxy), new Money(1).plus(money)]).toEqual([10, 15, 6]);
  expect(proxy.times(2, proxy)).toEqual([10, 5]);
  expect(proxy.times(2, proxy)).toBe(proxy.times(2, proxy));
  expect([proxy.same(proxy), proxy.same({}), proxy.plus.call(new Money(1), proxy)]).toEqual([true, false, 6]);
});

test('the named methods of a proxy and the others have the prototypes of the methods of the object', () => {
  const proxy = cachedProxy(new Client(), { load: {}, find: {} });
  const bare = cachedProxy(new Client(), {});
  for (const method of [proxy.load, bare.load, proxy.find, bare.find]) {
    const original = method.name === 'load' ? Client.prototype.load : Client.prototype.find;
    expect(Object.getPrototypeOf(method) === Object.getPrototypeOf(original)).toBe(true);
    expect(Object.prototype.toString.call(method)).toBe(Object.prototype.toString.call(original));
  }
  expect(Object.prototype.toString.call(proxy.load)).toBe('[object AsyncFunction]');
});

test('frozen, sealed and null-prototype objects, own methods, functions, classes and modules can be proxied', () => {
  const frozen = cachedProxy(Object.freeze(new Client()), { find: {} });
  expect(frozen.find(1)).toBe(frozen.find(1));
  expect([Object.isFrozen(frozen), frozen.options.retries]).toEqual([true, 1]);
  const get = () => [1];
  const sealed = cachedProxy(Object.seal({ get, inner: { get } }), { get: {} });
  expect([same(() => sealed.get()), Object.isSealed(sealed)]).toEqual([true, true]);
  const bare = cachedProxy(Object.assign(Object.create(null), { get }) as { get: typeof get }, { get: {} });
  expect(bare.get()).toBe(bare.get());
  const callable = cachedProxy(
    Object.assign(() => [1], { get }),
    { get: {} },
  );
  expect([same(() => callable.get()), same(() => callable())]).toEqual([true, false]);
  class Repository {
    static #runs = 0;
    static find(id: number) {
      return [id, ++Repository.#runs];
    }
  }
  const repository = cachedProxy(Repository, { find: {} });
  expect([same(() => repository.find(1)), new repository() instanceof Repository]).toEqual([true, true]);
  const module = cachedProxy(Object.defineProperty({ get }, 'find', { get: () => get, enumerable: true }), { get: {} });
  expect(module.get()).toBe(module.get());
});

test('a member that the object has for good is given as it is', () => {
  const get = () => [1];
  const proxy = cachedProxy(Object.freeze({ get, other: { get } }), {});
  expect(proxy.get).toBe(get);
  const target = { get };
  const late = cachedProxy(target, { get: {} });
  expect(late.get()).toBe(late.get());
  Object.freeze(target);
  expect(late.get).toBe(get);
});

test('what is put for an async method of a proxy is given as a promise', async () => {
  const proxy = cachedProxy(new Client(), { load: {} });
  cacheOf(proxy, 'load').put([1], { id: 1, run: 0 });
  const loaded = proxy.load(1);
  expect(loaded).toBeInstanceOf(Promise);
  expect(await loaded).toEqual({ id: 1, run: 0 });
});

test('the cache of a method of a proxy is reached by its name or by itself', () => {
  const proxy = cachedProxy(new Client(), { find: { capacity: 2 } });
  const found = proxy.find(1);
  const cache = cacheOf(proxy, 'find');
  expect([cache.peek(1) === found, cache.capacity, cache.stats().misses]).toEqual([true, 2, 1]);
  expect(cacheOf(proxy, proxy.find).delete(1)).toBe(true);
  expect(proxy.find(1)).not.toBe(found);
  expect(() => cacheOf(proxy, 'load')).toThrow(error({ code: 'MEMOKIT_NOT_CACHED' }));
  expect(() => cacheOf(proxy, proxy.load)).toThrow(error({ code: 'MEMOKIT_NOT_CACHED' }));
});

test('what the object caches itself is cached still, and its caches are reached through the proxy', () => {
  class Service {
    runs = 0;
    @cached()
    get(n: number) {
      return [n, ++this.runs];
    }
    other(n: number) {
      return [this.get(n)];
    }
  }
  const service = new Service();
  const proxy = cachedProxy(service, { other: {} });
  expect([proxy.get(1), proxy.other(1)]).toEqual([[1, 1], [[1, 1]]]);
  expect(service.get(1)).toBe(proxy.get(1));
  expect(cacheOf(proxy, service.get).has(1)).toBe(true);
  expect(cacheOf(proxy, 'get').delete(1)).toBe(true);
  expect(cacheOf(proxy, proxy.get).has(1)).toBe(false);
  expect([service.get(1), proxy.other(1)]).toEqual([[1, 2], [[1, 1]]]);
  expect(
    cacheOf(
      cachedProxy(
        memoize((n: number) => n),
        {},
      ),
    ).size,
  ).toBe(0);
});

test('caches lists the methods of a proxy, and its counters are theirs', () => {
  const proxy = cachedProxy(new Client(), { find: {}, load: { name: 'loads' } });
  const bare = cachedProxy(Object.assign(Object.create(null), { barely: () => 1 }) as { barely(): number }, {
    barely: {},
  });
  proxy.find(1);
  bare.barely();
  const names = caches().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['Client.find', 'loads', 'barely']));
  expect(cacheOf(proxy, 'find').stats().misses).toBe(1);
});

test('a key function is given the proxy as its this', () => {
  const client = new Client();
  const proxy = cachedProxy(client, {
    find: {
      key(id) {
        return [this.url, id];
      },
    },
  });
  const found = proxy.find(1);
  expect(proxy.find(1)).toBe(found);
  proxy.url = 'b';
  expect(proxy.find(1)).not.toBe(found);
});

test('what no proxy can cache is refused at once, with the name of the method', () => {
  const call = (...args: unknown[]) => (cachedProxy as (...args: unknown[]) => unknown)(...args);
  const find = () => 1;
  for (const [args, code, message] of [
    [[5, {}], 'BAD_ARGUMENT', 'target: expected an object, but got: number 5'],
    [[null, {}], 'BAD_ARGUMENT', 'target: expected an object, but got: null'],
    [[{}], 'BAD_OPTION', 'methods: expected an object, but got: undefined'],
    [[{}, { find: {} }], 'BAD_OPTION', 'find: expected a method of the target, not a class, but got: undefined'],
    [
      [{ Client }, { Client: {} }],
      'BAD_OPTION',
      'Client: expected a method of the target, not a class, but got: function',
    ],
    [[{ find }, { find: 5 }], 'BAD_OPTION', 'find: options: expected an object'],
    [
      [{ find }, { find: { ttl: 0 } }],
      'BAD_OPTION',
      "find: ttl: expected a number above 0, or a text such as '90s', or a function, but got: number 0",
    ],
    [[{ *all() {} }, { all: {} }], 'BAD_PLACE', 'Object.all is a generator, which can be read only once'],
    [[Object.freeze({ find }), { find: {} }], 'BAD_PLACE', 'find is read-only in the target'],
    [
      [
        {
          find: 0,
          get all() {
            return () => 1;
          },
        },
        { all: {} },
      ],
      'BAD_PLACE',
      'all is a different function each time',
    ],
  ] as const) {
    expect(() => call(...args)).toThrow(error({ code: `MEMOKIT_${code}`, message: expect.stringContaining(message) }));
  }
});
