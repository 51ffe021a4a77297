import { test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type CachedOptions,
  type CacheEvent,
  type CallCache,
  cached,
  cachedProxy,
  cacheOf,
  type Key,
  keyOf,
  LruCache,
  memoize,
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
  void (() => cached({ many: 'getMany' }));
  void (() => cached({ many: (ids: readonly number[]) => ids }));
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
