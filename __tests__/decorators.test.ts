import 'reflect-metadata';
import { describe, expect, jest, test } from '@jest/globals';
import { boundClass, boundMethod } from 'autobind-decorator';
import { cached, cacheOf, caches, clearAll, evicts, keyOf, puts } from 'memokit';
import { error } from './support/error.js';

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

describe(legacy ? 'legacy dialect' : 'standard dialect', () => {
  test('an instance loads once per argument list', async () => {
    const load = jest.fn((table: string) => ({ table }));
    class SchemaService {
      @cached({ capacity: 2 })
      async get(table: string) {
        return load(table);
      }
    }
    const service = new SchemaService();
    const users = await service.get('users');
    expect(await service.get('users')).toBe(users);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('instances never share, and neither do two methods of one', () => {
    class Counter {
      calls = 0;
      @cached()
      one(_n: number) {
        return ++this.calls;
      }
      @cached()
      two(_n: number) {
        return ++this.calls;
      }
    }
    const [a, b] = [new Counter(), new Counter()];
    expect([a.one(1), a.two(1), b.one(1), a.one(1)]).toEqual([1, 2, 1, 1]);
    expect([a.calls, b.calls]).toEqual([2, 1]);
  });

  test('a getter is computed once per instance', () => {
    class Config {
      reads = 0;
      @cached()
      get version() {
        return ++this.reads;
      }
    }
    const [a, b] = [new Config(), new Config()];
    expect([a.version, a.version, b.version]).toEqual([1, 1, 1]);
    expect(cacheOf(a, 'version').size).toBe(1);
    cacheOf(a, 'version').clear();
    expect([a.version, b.version]).toEqual([2, 1]);
  });

  test('a getter keeps its setter', () => {
    class Box {
      stored = 1;
      @cached()
      get value() {
        return this.stored;
      }
      set value(value: number) {
        this.stored = value;
      }
    }
    const box = new Box();
    expect(box.value).toBe(1);
    box.value = 5;
    expect([box.stored, box.value]).toEqual([5, 1]);
  });

  test('a static has the class as its receiver, and a subclass its own entries', () => {
    let calls = 0;
    class Base {
      @cached()
      static create(_name: string) {
        return [this.name, ++calls];
      }
      @cached()
      static get count() {
        return ++calls;
      }
    }
    class Sub extends Base {}
    expect([Base.create('a'), Base.create('a'), Sub.create('a')]).toEqual([
      ['Base', 1],
      ['Base', 1],
      ['Sub', 2],
    ]);
    expect([Base.count, Base.count]).toEqual([3, 3]);
    expect(cacheOf(Base, 'create').delete('a')).toBe(true);
    expect([Base.create('a')[1], Sub.create('a')[1]]).toEqual([4, 2]);
  });

  test('an override and the super call it makes keep their own entries', () => {
    const runs: string[] = [];
    class Base {
      @cached()
      get(n: number) {
        runs.push(`base ${n}`);
        return n;
      }
    }
    class Sub extends Base {
      @cached()
      override get(n: number) {
        runs.push(`sub ${n}`);
        return super.get(n) * 10;
      }
    }
    class Plain extends Base {
      override get(n: number) {
        return super.get(n) * 100;
      }
    }
    const sub = new Sub();
    expect([sub.get(1), sub.get(1), new Base().get(1), new Plain().get(1)]).toEqual([10, 10, 1, 100]);
    expect(runs).toEqual(['sub 1', 'base 1', 'base 1', 'base 1']);
    cacheOf(sub, 'get').clear();
    expect(sub.get(1)).toBe(10);
    expect(runs.slice(4)).toEqual(['sub 1']);
    const plain = new Plain();
    plain.get(1);
    expect(cacheOf(plain, 'get').size).toBe(1);
  });

  test('call and apply use the receiver that they are given', () => {
    class Named {
      constructor(readonly name: string) {}
      @cached()
      greet(word: string) {
        return `${word} ${this.name}`;
      }
    }
    const [a, b] = [new Named('a'), new Named('b')];
    expect([a.greet('hi'), a.greet.call(b, 'hi'), a.greet.apply(b, ['hi'])]).toEqual(['hi a', 'hi b', 'hi b']);
    expect(cacheOf(b, 'greet').stats()).toMatchObject({ hits: 1, misses: 1 });
  });

  test('a proxy of an instance and the instance are two receivers, which share the entries of per class', () => {
    const runs: string[] = [];
    class Service {
      @cached()
      own(_n: number) {
        runs.push('own');
      }
      @cached({ per: 'class' })
      common(_n: number) {
        runs.push('common');
      }
    }
    const service = new Service();
    const proxy = new Proxy(service, {});
    for (const receiver of [service, proxy]) for (const name of ['own', 'common'] as const) receiver[name](1);
    expect(runs).toEqual(['own', 'common', 'own']);
    expect([cacheOf(proxy, 'own').delete(1), cacheOf(service, 'own').has(1)]).toEqual([true, true]);
    expect([cacheOf(proxy, 'common').delete(1), cacheOf(service, 'common').has(1)]).toEqual([true, false]);
  });

  test('frozen, sealed, null-prototype and proxied receivers and primitives are cached', () => {
    class Service {
      @cached()
      random(_n: number) {
        return Math.random();
      }
    }
    const random = Service.prototype.random as (this: unknown, n: number) => number;
    const receivers = [
      Object.freeze(new Service()),
      Object.seal(new Service()),
      Object.preventExtensions(new Service()),
      Object.create(null),
      new Proxy(new Service(), {}),
      new Proxy(new Service(), {
        getPrototypeOf() {
          throw new Error('trap');
        },
      }),
      () => 1,
      undefined,
      null,
      5,
      0,
      -0,
      'text',
      Symbol.iterator,
    ];
    const results = receivers.map((receiver) => random.call(receiver, 1));
    expect(receivers.map((receiver) => random.call(receiver, 1))).toEqual(results);
    expect(new Set(results).size).toBe(receivers.length);
  });

  test('a getter is computed once for each instance, whatever a framework calls it with', () => {
    let runs = 0;
    class Config {
      @cached()
      get version() {
        return ++runs;
      }
      @cached({ clock: () => 0 })
      get watched() {
        return ++runs;
      }
    }
    const given: unknown[] = [];
    const odd = function (this: unknown, ...args: unknown[]) {
      given.push(...args);
      return ++runs;
    };
    Object.defineProperty(odd, 'length', { value: 2 });
    for (const options of [{}, { clock: () => 0 }]) {
      const context = { kind: 'getter', name: 'odd' };
      const getter = (cached(options) as any)(...(legacy ? [{}, 'odd', { get: odd }] : [odd, context]));
      const get: (...args: unknown[]) => number = getter.get ?? getter;
      const receiver = {};
      expect(get.call(receiver, 1, 2)).toBe(get.call(receiver));
      expect(get.call(receiver, 3)).toBe(get.call(receiver));
    }
    expect(given).toEqual([]);
    const config = new Config();
    for (const name of ['version', 'watched'] as const) {
      const getter = Object.getOwnPropertyDescriptor(Config.prototype, name)!.get as (...args: unknown[]) => number;
      const first = config[name];
      expect([getter.call(config, config), getter.call(config, config, 1), config[name]]).toEqual([
        first,
        first,
        first,
      ]);
      expect(cacheOf(config, name).size).toBe(1);
      cacheOf(config, name).delete();
      expect(getter.call(config, 5)).toBe(first + 1);
      runs = 10;
    }
  });

  if (legacy) {
    test('a descriptor that cannot be changed is left as it is', () => {
      const method = () => Math.random();
      const descriptor = Object.freeze({ value: method, configurable: true });
      const made = (cached() as any)({}, 'random', descriptor) as PropertyDescriptor;
      expect([descriptor.value, made.configurable]).toEqual([method, true]);
      expect(made.value()).toBe(made.value());
    });

    test('a decorator that is made of others, and passes on what none of them returns, is as good as they', () => {
      const all =
        (...decorators: any[]): any =>
        (target: object, key: string, descriptor: PropertyDescriptor) => {
          for (const decorator of decorators) decorator(target, key, descriptor);
        };
      let runs = 0;
      class Service {
        @all(cached())
        list() {
          return ++runs;
        }
        @all(evicts('list'))
        save() {}
        @all(puts('list', () => []))
        set() {
          return 10;
        }
      }
      const service = new Service();
      expect([service.list(), service.list()]).toEqual([1, 1]);
      service.save();
      expect(service.list()).toBe(2);
      service.set();
      expect(service.list()).toBe(10);
    });
  }

  if (legacy) {
    const autobind: any = boundMethod;

    test('a method that a decorator above binds is found by cacheOf, evicts and puts', () => {
      class Service {
        runs = 0;
        @autobind
        @cached()
        get(id: number) {
          return [this.constructor.name, id, ++this.runs];
        }
        @autobind
        @evicts<Service>('get', (id) => [id])
        set(_id: number) {
          return this.constructor.name;
        }
        @autobind
        @puts<Service>('get', (id) => [id])
        refresh(id: number) {
          return ['put', id, 0];
        }
        @evicts<Service>('get')
        plain() {}
        @autobind
        @cached()
        static make(id: number) {
          return [id];
        }
      }
      const [service, other] = [new Service(), new Service()];
      for (let i = 0; i < 2; i++) {
        const { get, set, refresh } = service;
        const first = get(1);
        expect([first[0], get(1) === first, service.get(1) === first]).toEqual(['Service', true, true]);
        expect([cacheOf(service, 'get').peek(1) === first, cacheOf(other, 'get').size]).toEqual([true, 0]);
        expect([set(1), cacheOf(service, 'get').size]).toEqual(['Service', 0]);
        expect([refresh(1), get(1)]).toEqual([
          ['put', 1, 0],
          ['put', 1, 0],
        ]);
        service.plain();
        expect(get(1)[2]).toBeGreaterThan(first[2] as number);
        cacheOf(service, 'get').clear();
      }
      expect(Service.make(1)).toBe(Service.make(1));
      expect(cacheOf(Service, 'make').delete(1)).toBe(true);
    });

    test('a bound method and the bound methods that it overrides are all evicted', () => {
      let runs = 0;
      class Base {
        @autobind
        @cached()
        get(n: number) {
          return [n, ++runs];
        }
        @evicts('get')
        set() {}
      }
      class Sub extends Base {
        @autobind
        @cached()
        override get(n: number): number[] {
          return Object.getOwnPropertyDescriptor(Base.prototype, 'get')!.get!.call(Base.prototype).call(this, n);
        }
      }
      const sub = new Sub();
      const first = sub.get(1);
      expect(sub.get(1)).toBe(first);
      sub.set();
      expect(sub.get(1)).not.toEqual(first);
      class Plain extends Base {
        override get(n: number) {
          return [n];
        }
      }
      expect(cacheOf(new Plain(), 'get').size).toBe(0);
    });

    test('the cached methods of a class whose methods are all bound are found', () => {
      @(boundClass as any)
      class Service {
        runs = 0;
        @cached()
        get(_id: number) {
          return ++this.runs;
        }
        @evicts<Service>('get', (id) => [id])
        set(_id: number) {}
      }
      const { get, set } = new Service();
      expect([get(1), get(1)]).toEqual([1, 1]);
      set(1);
      expect(get(1)).toBe(2);
    });

    test('a method that a mock replaces on the prototype is found still', () => {
      class Service {
        @cached()
        get(id: number) {
          return [id];
        }
        @evicts('get')
        set() {}
      }
      const spy = jest.spyOn(Service.prototype, 'get');
      const service = new Service();
      const first = service.get(1);
      expect(cacheOf(service, 'get').peek(1)).toBe(first);
      service.set();
      expect(service.get(1)).not.toBe(first);
      spy.mockRestore();
    });

    test('a decorator above one that turns the method into an accessor is refused, with the order to write', () => {
      for (const [name, decorator] of Object.entries({
        cached: cached(),
        evicts: evicts('get'),
        puts: puts('get', () => []),
      }) as [string, any][]) {
        const declare = () => {
          class Service {
            @decorator
            @autobind
            method() {}
          }
          return Service;
        };
        const declareStatic = () => {
          class Service {
            @decorator
            @autobind
            static make() {}
          }
          return Service;
        };
        for (const [declaration, label] of [
          [declare, 'method'],
          [declareStatic, 'make'],
        ] as const) {
          const message =
            `@${name} cannot decorate the method ${label}, because a decorator below @${name} has turned it into an ` +
            `accessor: write @${name} below that decorator`;
          expect(declaration).toThrow(error({ code: 'MEMOKIT_BAD_PLACE', message }));
        }
      }
    });
  }

  test('an async method has the prototype of an async function, whatever decorates it', () => {
    class Service {
      @cached()
      async get() {}
      @evicts('get')
      async set() {}
      @evicts('get')
      @cached()
      async both() {}
      @cached()
      plain() {}
      @cached()
      static async make() {}
    }
    const { get, set, both, plain } = new Service();
    const AsyncFunction = (async () => {}).constructor;
    for (const method of [get, set, both, Service.make]) {
      expect([method instanceof AsyncFunction, Object.prototype.toString.call(method)]).toEqual([
        true,
        '[object AsyncFunction]',
      ]);
    }
    expect([Object.getPrototypeOf(plain) === Function.prototype, plain instanceof AsyncFunction]).toEqual([
      true,
      false,
    ]);
  });

  test('each of many methods of an instance has its own entries', () => {
    let runs = 0;
    const methods = Array.from({ length: 30 }, (_, i) => {
      const method = () => `${i} ${++runs}`;
      const made = (cached() as any)(
        ...(legacy ? [{}, `m${i}`, { value: method }] : [method, { kind: 'method', name: `m${i}` }]),
      );
      return (made.value ?? made) as (this: object) => string;
    });
    for (const receiver of [{}, Object.freeze({})]) {
      const results = methods.map((method) => method.call(receiver));
      expect(new Set(results).size).toBe(30);
      expect(methods.map((method) => method.call(receiver))).toEqual(results);
    }
    expect(runs).toBe(60);
  });

  test('per class, the instances of a class share, those of a subclass do not', () => {
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
    }
    class Sub extends Base {}
    expect([new Base().get(1), new Base().get(1), new Sub().get(1), new Sub().get(1)]).toEqual([1, 1, 2, 2]);
    const other = new Base('u');
    expect(other.get(1)).toBe(3);
    expect([cacheOf(other, 'get').peek(1), cacheOf(new Base(), 'get').peek(1)]).toEqual([3, 1]);
    expect(cacheOf(other, 'get').delete(1)).toBe(true);
    expect([new Base().get(1), other.get(1)]).toEqual([1, 4]);
  });

  test('decorating shows on no instance, and keeps name, length and enumerability', () => {
    class Service {
      @cached()
      get(a: string, b: number) {
        return a + b;
      }
      @cached()
      get version() {
        return 1;
      }
      @cached()
      static make(a: string) {
        return a;
      }
    }
    const service = new Service();
    service.get('a', 1);
    service.version;
    expect(Reflect.ownKeys(service)).toEqual([]);
    expect(JSON.stringify(service)).toBe('{}');
    expect([service.get.name, service.get.length, Service.make.name, Service.make.length]).toEqual([
      'get',
      2,
      'make',
      1,
    ]);
    const method = Object.getOwnPropertyDescriptor(Service.prototype, 'get')!;
    expect(method).toMatchObject({ enumerable: false, configurable: true, writable: true });
    const getter = Object.getOwnPropertyDescriptor(Service.prototype, 'version')!;
    expect(getter).toMatchObject({ enumerable: false, configurable: true, set: undefined });
    expect(getter.get!.name).toBe('get version');
  });

  test('labels are Class.method, or the name that the options give', () => {
    class Labelled {
      @cached()
      first() {}
      @cached()
      get second() {
        return 1;
      }
      @cached()
      static third() {}
      @cached({ name: 'given' })
      fourth() {}
      @cached()
      fifth() {}
    }
    class Inheriting extends Labelled {
      @cached()
      override fifth() {
        return super.fifth();
      }
    }
    const instance = new Inheriting();
    instance.first();
    instance.second;
    instance.fourth();
    Labelled.third();
    instance.fifth();
    const names = caches().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        ...['Labelled.first', 'Labelled.second', 'Labelled.third', 'given'],
        ...['Labelled.fifth', 'Inheriting.fifth'],
      ]),
    );
  });

  test('totals cover all receivers, and clearAll reaches each of them', () => {
    let calls = 0;
    class Service {
      @cached({ name: 'totals' })
      get(_n: number) {
        return ++calls;
      }
    }
    const [a, b] = [new Service(), new Service()];
    for (const service of [a, b, a]) service.get(1);
    const definition = caches().find(({ name }) => name === 'totals')!;
    expect(definition.stats()).toMatchObject({ hits: 1, misses: 2 });
    clearAll();
    expect([a.get(1), b.get(1), a.get(1)]).toEqual([3, 4, 3]);
    definition.clear();
    expect(cacheOf(a, 'get').size).toBe(0);
  });

  test('metadata of the original method is carried over, and the options are readable', () => {
    const mark = (...args: any[]): any => {
      const method = args.length === 3 ? args[2].value : args[0];
      Reflect.defineMetadata('role', 'admin', method);
    };
    class Service {
      @cached({ capacity: 7 })
      @mark
      get(a: string) {
        return a;
      }
    }
    expect(Reflect.getMetadata('role', Service.prototype.get)).toBe('admin');
    expect(Reflect.getMetadata('memokit:options', Service.prototype.get)).toMatchObject({ capacity: 7, ttl: Infinity });
    if (legacy) {
      expect(Reflect.getMetadata('memokit:options', Service.prototype, 'get')).toMatchObject({ capacity: 7 });
    }
  });

  test('an option for async methods is refused at decoration where the compiler wrote down that the method is none', () => {
    const declare = () => {
      class Service {
        @cached({ ttl: 1000, staleIfError: 1000 })
        get(a: string): string {
          return a;
        }
      }
      return new Service();
    };
    const refusal = error({
      code: 'MEMOKIT_BAD_OPTION',
      message: expect.stringMatching(
        /^staleIfError of Service\.get: expected a method that returns promises, but got: /,
      ),
    });
    // esbuild and Babel write none down.
    if (Reflect.hasMetadata('design:type', Probe.prototype, 'probe')) expect(declare).toThrow(refusal);
    else expect(() => declare().get('a')).toThrow(refusal);
  });

  test('many is refused at decoration where the compiler wrote down that the method returns no promise', () => {
    const declare = () => {
      class Service {
        @cached({ many: 'getMany' })
        get(a: string): string {
          return a;
        }
        getMany(all: readonly string[]): readonly string[] {
          return all;
        }
      }
      return new Service();
    };
    if (Reflect.hasMetadata('design:type', Probe.prototype, 'probe')) {
      const message =
        'many of Service.get: expected a method that returns promises, but got: one that returns a String';
      expect(declare).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
    } else expect(declare).not.toThrow();
  });

  test('an option for async methods is taken where the types leave room for a promise', async () => {
    class Service {
      @cached({ ttl: 1000, staleIfError: 1000 })
      promised(): Promise<number> {
        return Promise.resolve(1);
      }
      @cached({ timeout: 1000 })
      thenable(): PromiseLike<number> {
        return Promise.resolve(2);
      }
      @cached({ errorTtl: 1000 })
      inferred() {
        return Promise.resolve(3);
      }
      @cached({ ttl: 1000, jitter: 0.1 })
      get getter(): Promise<number> {
        return Promise.resolve(4);
      }
    }
    const service = new Service();
    const results = [service.promised(), service.thenable(), service.inferred(), service.getter];
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
  });

  test('decorators above and below see a method', () => {
    const double = (...args: any[]): any => {
      const wrap = (method: (...a: unknown[]) => number) =>
        function (this: unknown, ...a: unknown[]) {
          return 2 * method.apply(this, a);
        };
      return args.length === 3 ? { ...args[2], value: wrap(args[2].value) } : wrap(args[0]);
    };
    class Service {
      calls = 0;
      @double
      @cached()
      above(_n: number) {
        return ++this.calls;
      }
      @cached()
      @double
      below(_n: number) {
        return ++this.calls;
      }
    }
    const service = new Service();
    expect([service.above(1), service.above(1), service.below(1), service.below(1)]).toEqual([2, 2, 4, 4]);
    expect(cacheOf(service, 'below').size).toBe(1);
    expect(cacheOf(service, 'above').size).toBe(1);
  });

  test('listeners and the key see the receiver and the arguments of the call', () => {
    const told: unknown[] = [];
    class Service {
      prefix = 'p';
      @cached({
        key(this: Service, id: number) {
          return this.prefix + id;
        },
        on: { miss: ({ key, args, value }) => told.push([key, args, value]) },
      })
      get(id: number) {
        return id;
      }
    }
    const service = new Service();
    service.get(1);
    service.prefix = 'q';
    service.get(1);
    expect(told).toEqual([
      ['p1', [1], 1],
      ['q1', [1], 1],
    ]);
    expect(cacheOf(service, 'get').explain(1).key).toBe(keyOf(['q1']));
  });

  test('a generator method is refused at decoration', () => {
    expect(() => {
      class Service {
        @cached()
        *numbers() {
          yield 1;
        }
      }
      return Service;
    }).toThrow('return an array');
  });

  test('a method that needs its own result is told so', async () => {
    class Service {
      @cached()
      endless(n: number): number {
        return this.endless(n);
      }
      @cached()
      async later(n: number): Promise<number> {
        return this.later(n);
      }
    }
    const service = new Service();
    expect(() => service.endless(1)).toThrow('Service.endless called itself with the same arguments');
    await expect(service.later(1)).rejects.toThrow('same arguments');
  });
});
