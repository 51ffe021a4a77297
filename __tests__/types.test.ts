import { test } from '@jest/globals';
import { Big } from 'big.js';
import { BigNumber } from 'bignumber.js';
import { ObjectId } from 'bson';
import dayjs from 'dayjs';
import { Decimal } from 'decimal.js';
import { expectTypeOf } from 'expect-type';
import Long from 'long';
import { DateTime } from 'luxon';
import {
  type CachedOptions,
  type CacheEvent,
  type CallCache,
  cached,
  cachedProxy,
  cacheOf,
  evicts,
  type Key,
  keyOf,
  LruCache,
  memoize,
  puts,
  registerCacheKey,
} from 'memokit';

/** What the compiler promises; `tsc` runs these in both dialects, jest only lists them. */

class Service {
  readonly prefix = 'p';
  @cached({ ttl: 5 })
  async get(table: string): Promise<{ table: string }> {
    return { table };
  }
  @cached()
  generic<T>(value: T): T[] {
    return [value];
  }
  @cached()
  get version(): number {
    return 1;
  }
  cache() {
    return cacheOf(this, this.get);
  }
  @cached()
  static make(n: number): string {
    return String(n);
  }
  @cached({
    key(this: Service, id: number) {
      return this.prefix + id;
    },
    ttl: (result: string, id: number) => result.length + id,
    when: (result: string) => result !== '',
  })
  typed(id: number): string {
    return String(id);
  }

  @cached({ when: (result) => result !== undefined })
  untypedCallback(id: string): number {
    return id.length;
  }

  @cached({ ttl: (result: number) => result })
  fewerArguments(id: string, _other: object): number {
    return id.length;
  }

  @cached({ key: (id: string) => id, on: { miss: ({ args }) => args } })
  firstArgument(id: string, _other: object): number {
    return id.length;
  }

  @cached({ ttl: (token: { expiresIn: number }) => token.expiresIn * 1000 })
  async awaited(): Promise<{ expiresIn: number }> {
    return { expiresIn: 1 };
  }

  @cached({ ttl: (version: number) => version })
  get lived(): number {
    return 1;
  }
}

test('a decorated member has the type that it was written with', () => {
  expectTypeOf<Service['get']>().toEqualTypeOf<(table: string) => Promise<{ table: string }>>();
  expectTypeOf<Service['version']>().toEqualTypeOf<number>();
  expectTypeOf(new Service().generic('a')).toEqualTypeOf<string[]>();
  expectTypeOf(Service.make).toEqualTypeOf<(n: number) => string>();
});

test('cacheOf is typed by the arguments and the result of the member', () => {
  const service = new Service();
  expectTypeOf(cacheOf(service, 'get')).toEqualTypeOf<CallCache<[table: string], Promise<{ table: string }>>>();
  expectTypeOf(cacheOf(service, 'version').peek()).toEqualTypeOf<number | undefined>();
  expectTypeOf(cacheOf(Service, 'make').peek(1)).toEqualTypeOf<string | undefined>();
  // @ts-expect-error the argument is a string
  void (() => cacheOf(service, 'get').delete(1));
  expectTypeOf(service.cache()).toEqualTypeOf(cacheOf(service, 'get'));
  // @ts-expect-error there is no such member
  void (() => cacheOf(service, 'none'));
});

/** Five overloads, of which the first is one too many. */
interface Overloads {
  find(): null;
  find(id: number): string;
  find(slug: string, locale?: string): string | undefined;
  find(flag: boolean, ...more: boolean[]): 'flags';
  find<T extends bigint>(large: T): T;
  get(id: number): string;
}

test('of up to four overloads each is a way to call the member, and of more the last four', () => {
  const overloads = {} as Overloads;
  const find = () => cacheOf(overloads, 'find');
  expectTypeOf<ReturnType<typeof find>>().toEqualTypeOf<
    CallCache<
      | [id: number]
      | [slug: string, locale?: string | undefined]
      | [flag: boolean, ...more: boolean[]]
      | [large: bigint],
      string | undefined | bigint
    >
  >();
  const findToo = () => cacheOf(overloads, overloads.find);
  expectTypeOf<ReturnType<typeof findToo>>().toEqualTypeOf<ReturnType<typeof find>>();
  void (() => [find().delete(1), find().has('one', 'en'), find().put([true, false], 'flags'), find().peek(1n)]);
  void (() => evicts<Overloads>('find', (id: number) => [id]));
  void (() => evicts<Overloads>('find', (slug: string) => [slug, 'en']));
  void (() => puts<Overloads>(['find', 'get'], (id: number) => [id]));
  // @ts-expect-error no overload takes a symbol
  void (() => find().delete(Symbol()));
  // @ts-expect-error no overload takes a string and a number
  void (() => find().delete('one', 1));
  // @ts-expect-error no overload takes a symbol
  void (() => evicts<Overloads>('find', (id: symbol) => [id]));
  // @ts-expect-error the other takes numbers only
  void (() => evicts<Overloads>(['find', 'get'], (slug: string) => [slug]));
});

test('one signature is kept as it is written', () => {
  type Cached<F extends (...args: any[]) => any> = ReturnType<typeof cacheOf<F>>;
  expectTypeOf<Cached<(a: string, b?: number, ...rest: boolean[]) => 1>>().toEqualTypeOf<
    CallCache<[a: string, b?: number | undefined, ...rest: boolean[]], 1>
  >();
  expectTypeOf<Cached<<T extends string>(value: T) => T[]>>().toEqualTypeOf<CallCache<[value: string], string[]>>();
  expectTypeOf<Cached<(this: Date, n: number) => 1>>().toEqualTypeOf<CallCache<[n: number], 1>>();
  expectTypeOf<Cached<() => void>>().toEqualTypeOf<CallCache<[], void>>();
  const untyped = () => cacheOf({} as any);
  expectTypeOf<ReturnType<typeof untyped>>().toEqualTypeOf<CallCache>();
});

test('what is typed as any is memoized with callbacks of any type', () => {
  const anything = {} as any;
  void (() => memoize(anything, { key: (id: number) => id, when: (result: string) => result !== '' }));
  void (() => cachedProxy(anything as { find: any }, { find: { key: (id: number) => id } }));
});

test('entries are iterated by a generator, of a call cache as of an LruCache', () => {
  const entries = () => cacheOf(new Service(), 'get').entries();
  expectTypeOf(entries).returns.toEqualTypeOf<Generator<[Key, Promise<{ table: string }>], undefined, undefined>>();
  type Entries = ReturnType<LruCache<Key, Promise<{ table: string }>>['entries']>;
  expectTypeOf<Entries>().toEqualTypeOf<ReturnType<typeof entries>>();
});

test('memoize keeps generics, overloads and this', () => {
  const identity = memoize(<T>(value: T): T => value);
  expectTypeOf(identity('a' as const)).toEqualTypeOf<'a'>();
  function overloaded(value: string): string;
  function overloaded(value: number): number;
  function overloaded(value: string | number) {
    return value;
  }
  const memoized = memoize(overloaded);
  expectTypeOf(memoized('a')).toEqualTypeOf<string>();
  expectTypeOf(memoized(1)).toEqualTypeOf<number>();
  const bound = memoize(function (this: { n: number }, m: number) {
    return this.n + m;
  });
  expectTypeOf<ThisParameterType<typeof bound>>().toEqualTypeOf<{ n: number }>();
  const optional = cacheOf(memoize((a: number, b?: string) => `${a}${b}`));
  expectTypeOf(optional.peek).parameters.toEqualTypeOf<[a: number, b?: string | undefined]>();
});

test('the callbacks of memoize see the arguments and the awaited result', () => {
  memoize(async (id: number) => `${id}`, {
    ttl: (result, id) => {
      expectTypeOf(result).toEqualTypeOf<string>();
      expectTypeOf(id).toEqualTypeOf<number>();
      return 1;
    },
    on: {
      miss: ({ value, args }) => {
        expectTypeOf(value).toEqualTypeOf<Promise<string>>();
        expectTypeOf(args).toEqualTypeOf<[id: number] | undefined>();
      },
    },
  });
  // @ts-expect-error there is no such option
  void (() => memoize((n: number) => n, { max: 5 }));
});

test('what memoize.many makes is typed by the keys and results of the batch, errors aside', () => {
  const get = memoize.many(async (ids: readonly number[]) => ids.map((id) => (id < 0 ? new Error() : `${id}`)), {
    ttl: (result, id) => result.length + id,
  });
  expectTypeOf(get).toEqualTypeOf<(key: number) => Promise<string>>();
  expectTypeOf(cacheOf(get).peek(1)).toEqualTypeOf<Promise<string> | undefined>();
  expectTypeOf(memoize.many((ids: readonly string[]) => ids)).toEqualTypeOf<(key: string) => Promise<string>>();
  const signal = (_id: number, given?: AbortSignal) => given;
  // @ts-expect-error the function takes no signal
  void (() => memoize.many(async (ids: readonly number[]) => ids, { signal }));
  const abortable = memoize(async (id: number, _signal?: AbortSignal) => `${id}`, {
    many: (ids) => ids.map(String),
    signal: (_id, signal) => signal,
  });
  expectTypeOf(abortable(1, new AbortController().signal)).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error the batch gets a list
  void (() => memoize.many((id: number) => [id]));
  // @ts-expect-error the batch gives a list
  void (() => memoize.many((ids: readonly number[]) => ids.length));
  // @ts-expect-error the batch is given once
  void (() => memoize.many((ids: readonly number[]) => ids, { many: (ids: readonly number[]) => ids }));
});

test('the option many fits the function that it loads for', () => {
  memoize(async (id: number) => `${id}`, {
    many: (ids) => {
      expectTypeOf(ids).toEqualTypeOf<readonly number[]>();
      return ids.map(String);
    },
  });
  // @ts-expect-error the results are strings
  void (() => memoize(async (id: number) => `${id}`, { many: (ids) => ids }));
  const same = <T>(keys: readonly T[]) => keys;
  // @ts-expect-error the function returns no promise
  void (() => memoize((n: number) => n * n, { many: same }));
  // @ts-expect-error nor does this method
  void (() => cachedProxy({ square: (n: number) => n * n }, { square: { many: (ns) => ns.map((n) => n * n) } }));
  // @ts-expect-error the function takes two arguments
  void (() => memoize(async (a: string, b: string) => a + b, { many: same }));
  // @ts-expect-error the function takes none
  void (() => memoize(async () => 1, { many: () => [1] }));
  void (() => memoize(async (a: string, b?: string) => a + b, { many: same }));
  void (() => memoize(async (...all: string[]) => `${all}`, { many: same }));
  void (() => memoize(async (a: string, _signal: AbortSignal) => a, { many: same, signal: (_a, signal) => signal }));
  void (() => memoize((a: string): string | Promise<string> => a, { many: same }));
  // Options that say nothing of the function may have it.
  void ((options: CachedOptions) => memoize((n: number) => n, { ...options, ttl: 5 }));
  void (<F extends (n: any) => any>(fn: F, options: CachedOptions) => memoize(fn, options));
  memoize(async (id: number) => `${id}`, {
    many: (ids) => ids.map(String),
    batchBy: (id) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      return id % 2;
    },
  });
  memoize.many((ids: readonly number[]) => ids, {
    key: (id) => id,
    batchBy: (id) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      return undefined;
    },
  });
  void (() => cached({ many: 'getMany' }));
  void (() => cached({ many: 'getMany', key: (id: number) => id, batchBy: (id: number) => id % 2 }));
  void (() => cached({ many: (ids: readonly number[]) => ids }));
});

test('cachedProxy has the type of its object, and types the options of each method', () => {
  const service = cachedProxy(new Service(), {
    get: {
      key(table) {
        expectTypeOf(this).toEqualTypeOf<Service>();
        return table;
      },
      ttl: (result, table) => {
        expectTypeOf(result).toEqualTypeOf<{ table: string }>();
        return table.length;
      },
    },
  });
  expectTypeOf(service).toEqualTypeOf<Service>();
  expectTypeOf(cacheOf(service, 'get')).toEqualTypeOf<CallCache<[table: string], Promise<{ table: string }>>>();
  const optional: { find?(id: number): string } = { find: (id) => `${id}` };
  expectTypeOf(cachedProxy(optional, { find: { when: (result, id) => result !== `${id}` } })).toEqualTypeOf(optional);
  // @ts-expect-error there is no such method
  void (() => cachedProxy(new Service(), { none: {} }));
  // @ts-expect-error it is no method
  void (() => cachedProxy(new Service(), { prefix: {} }));
  // @ts-expect-error there is no such option
  void (() => cachedProxy(new Service(), { get: { max: 5 } }));
});

test('an LruCache is typed by its keys and values', () => {
  const cache = new LruCache<string, number>({ weigh: (value, key) => value + key.length });
  expectTypeOf(cache.get('a')).toEqualTypeOf<number | undefined>();
  expectTypeOf([...cache]).toEqualTypeOf<[string, number][]>();
  expectTypeOf(new Map(cache)).toEqualTypeOf<Map<string, number>>();
  expectTypeOf(cache.getOrLoad('a', async () => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(keyOf([1])).toEqualTypeOf<Key>();
});

test('cached refuses unknown options, and takes options of a type of their own', () => {
  // @ts-expect-error there is no such option
  void (() => cached({ capacity: 5, max: 5 }));
  const method = (id: number): string => String(id);
  const context = {} as ClassMethodDecoratorContext<object, typeof method>;
  const options: CachedOptions<[id: number], string> = { ttl: (result, id) => result.length + id };
  void (() => cached(options)(method, context));
  void (() => cached({ on: { hit: (event: CacheEvent<[number], string>) => event } })(method, context));
});

/** What mutators name: members with one parameter, two, an optional one, any number, or none; and by a symbol. */
const byTag = Symbol('tag');
class Store {
  @cached() get(_id: string): number {
    return 1;
  }
  @cached() find(_id: string | number): number {
    return 1;
  }
  @cached() page(_id: string, _page?: number): number {
    return 1;
  }
  @cached() many(..._ids: string[]): number {
    return 1;
  }
  @cached() get size(): number {
    return 1;
  }
  @cached() [byTag](_tag: object): number {
    return 1;
  }
  @cached() static make(_n: number): number {
    return 1;
  }
  readonly prefix = 'p';

  @evicts<Store>('get', (id) => [id])
  @evicts<Store>('page', (id, page) => [id, page])
  @evicts<Store>('page', (id) => [id])
  @evicts<Store>('many', (...ids) => ids)
  @evicts<Store>('size', () => [])
  @evicts<Store>(byTag, (tag) => [tag])
  @evicts<Store>(['get', 'find', 'many'], (id: string) => [id], { before: true })
  @evicts<Store>('get', (id) => [id] as const)
  @evicts<Store>('get', 'size')
  @evicts<Store>('get', 'size', byTag, { when: (result, id) => result === id })
  @evicts<Store>(['get', 'size'], { before: true })
  @evicts('anything', 'whatever')
  @evicts('anything', (id) => [id, 1])
  @evicts(['anything'], (id) => [id], { by: 'result' })
  @evicts<Store>('get', function (id) {
    return [this.prefix + id];
  })
  @puts<Store>('get', (id) => [id])
  @puts<Store>(['get', 'find'], (result, id: string) => [result + id], { by: 'result', when: (result) => result > 0 })
  @puts('anything', (id) => [id])
  set(id: string): number {
    return id.length;
  }

  @evicts<Store>('size')
  set bound(_bound: number) {}

  @evicts<typeof Store>('make', (n) => [n])
  static reset(_n: number): void {}
}

/** An optional method and callbacks, which are members of several types. */
class Optional {
  onChange?: (event: Event) => void;
  readonly either: ((id: number) => void) | undefined = undefined;
  @cached() get(_id: string): number {
    return 1;
  }
  find?(_id: string): number;

  @evicts<Optional>('get', (id) => [id])
  @evicts<Optional>('find', (id) => [id])
  @evicts<Optional>(['get', 'find'], (id: string) => [id])
  @puts<Optional>('get', (id) => [id])
  set(id: string): number {
    return id.length;
  }
}

test('optional members switch no check off', () => {
  expectTypeOf<Optional['set']>().toEqualTypeOf<(id: string) => number>();
  // @ts-expect-error it takes one argument
  void (() => evicts<Optional>('get', (id) => [id, id]));
  // @ts-expect-error it takes one argument
  void (() => evicts<Optional>('get', () => []));
  // @ts-expect-error the argument is a string
  void (() => evicts<Optional>('get', (id: number) => [id]));
  // @ts-expect-error it takes one argument, optional as it is
  void (() => evicts<Optional>('find', () => []));
  // @ts-expect-error the argument is a string
  void (() => puts<Optional>('get', (id: number) => [id]));
});

test('a mutator has the type that it was written with', () => {
  expectTypeOf<Store['set']>().toEqualTypeOf<(id: string) => number>();
  expectTypeOf<Store['bound']>().toEqualTypeOf<number>();
});

test('what evicts and puts name is checked against the class, and so are the arguments that they make', () => {
  // @ts-expect-error there is no such member
  void (() => evicts<Store>('none'));
  // @ts-expect-error nor among several
  void (() => evicts<Store>('get', 'none'));
  // @ts-expect-error nor with an argument function
  void (() => evicts<Store>('none', (id) => [id]));
  // @ts-expect-error it takes one argument
  void (() => evicts<Store>('get', (id) => [id, id]));
  // @ts-expect-error it takes one argument
  void (() => evicts<Store>('get', () => []));
  // @ts-expect-error the argument is a string
  void (() => evicts<Store>('get', (id: number) => [id]));
  // @ts-expect-error one of them takes strings only
  void (() => evicts<Store>(['get', 'find'], (id: number) => [id]));
  // @ts-expect-error one of them takes no argument
  void (() => evicts<Store>(['get', 'size'], (id) => [id]));
  // @ts-expect-error a getter takes no argument
  void (() => evicts<Store>('size', (id) => [id]));
  // @ts-expect-error an array is needed
  void (() => evicts<Store>('get', (id: string) => id));
  // @ts-expect-error there is no such option
  void (() => evicts<Store>('get', { after: true }));
  // @ts-expect-error it takes one argument
  void (() => puts<Store>('get', (id) => [id, id]));
  // @ts-expect-error the argument function is required
  void (() => puts<Store>('get'));
  // @ts-expect-error what is given without a class is an array too
  void (() => evicts('anything', (id: string) => id));
  // @ts-expect-error there is nothing to put before
  void (() => puts<Store>('get', (id) => [id], { before: true }));
});

test('the function for a registered class sees an instance of it', () => {
  void (() => {
    registerCacheKey(Decimal, (n) => expectTypeOf(n).toEqualTypeOf<Decimal>());
    registerCacheKey(BigNumber, (n) => expectTypeOf(n).toEqualTypeOf<BigNumber>());
    registerCacheKey(Big, (n) => expectTypeOf(n).toEqualTypeOf<Big>());
    registerCacheKey(Long, (n) => expectTypeOf(n).toEqualTypeOf<Long>());
    registerCacheKey(ObjectId, (id) => expectTypeOf(id).toEqualTypeOf<ObjectId>());
    // Its constructor is private.
    registerCacheKey(DateTime, (date) => expectTypeOf(date).toEqualTypeOf<DateTime<any>>());
    // It is a function that makes instances of a hidden class.
    registerCacheKey(dayjs, (date) => expectTypeOf(date).toEqualTypeOf<dayjs.Dayjs>());
    abstract class Shape {
      abstract area(): number;
    }
    registerCacheKey(Shape, (shape) => expectTypeOf(shape).toEqualTypeOf<Shape>());
    // @ts-expect-error there is no such member
    registerCacheKey(Decimal, (n) => n.digits);
    // @ts-expect-error an instance is no class
    registerCacheKey(new Decimal(1), () => 1);
  });
});
