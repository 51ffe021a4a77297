import {
  type CallCache,
  cached,
  cachedProxy,
  cacheOf,
  type Duration,
  evicts,
  expireTags,
  invalidateTags,
  keyOf,
  LruCache,
  loadSignal,
  memoize,
  puts,
  registerCacheKey,
} from 'memokit';
import { type Cached, cached as cachedToo, evicts as evictsToo } from 'memokit/decorators';
import { clearBetweenTests, disableCaching, type EnableCaching, isolate, settled } from 'memokit/testing';

function structuredCopy<T>(value: T): T {
  return value;
}

/** A program that uses the published types, checked by every supported TypeScript in both dialects. */
class Service {
  readonly prefix = 'p';

  @cached({ capacity: 128, ttl: 300_000 })
  async get(table: string): Promise<{ table: string }> {
    return { table };
  }

  @cachedToo()
  generic<T>(value: T): T[] {
    return [value];
  }

  @cached()
  get version(): number {
    return 1;
  }

  @cached()
  static make(n: number): string {
    return String(n);
  }

  @cached({
    key(this: Service, id: number) {
      return this.prefix + id;
    },
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

  @cached({
    ttl: '1.5h',
    staleIfError: '7d',
    timeout: '500ms',
    weigh: (value: string, id: number) => value.length + id,
  })
  async durations(id: number): Promise<string> {
    return `${id}`;
  }

  @cached({
    ttl: '1m',
    idle: '5m',
    revalidate: '1d',
    staleIfError: { for: '1h', when: (error, id: number) => error instanceof TypeError && id > 5 },
    errorTtl: (error, id: number) => (error instanceof TypeError ? '5m' : id),
    tags: ['all'],
    copy: structuredCopy,
    bypass(this: Service, id: number) {
      return id === 0 && this.prefix.length > 1;
    },
  })
  async life(id: number): Promise<{ id: number }> {
    return { id };
  }

  @cached({ bypass: (id: string) => id === '', copy: (value: string[]) => [...value] })
  copied(id: string): string[] {
    return [id];
  }

  @cached({ ttl: (result: number, id: string) => (result > 5 ? `${result}s` : id === '' ? '5m' : 0) })
  eitherDuration(id: string): number {
    return id.length;
  }

  @cached({ ttl: (version: number) => version })
  get lived(): number {
    return 1;
  }

  @cached({ many: 'doubleMany' })
  async double(id: number): Promise<number> {
    return id * 2;
  }
  doubleMany(ids: readonly number[]): readonly number[] {
    return ids.map((id) => id * 2);
  }

  @evicts<Service>('get', (table) => [table])
  @evicts<Service>('version', () => [])
  @evicts<Service>('untypedCallback', 'lived', { before: true })
  @evictsToo<Service>(['get', 'untypedCallback'], (table) => [table], { when: (result) => result !== undefined })
  @evicts('anything', (table) => [table], { by: 'result' })
  async alter(table: string, ddl: string): Promise<string> {
    return table + ddl;
  }

  @puts<Service>('get', (entry) => [entry.table])
  @puts<Service>(
    'get',
    function (result, entry) {
      return [this.prefix + entry.table + result.table];
    },
    { by: 'result' },
  )
  async save(entry: { table: string }): Promise<{ table: string }> {
    return entry;
  }

  @evicts<Service>('version', { soft: true, defer: (apply, _major: number) => queueMicrotask(apply) })
  set major(_major: number) {}

  @evicts<typeof Service>('make', (n) => [n])
  static reset(_n: number): void {}
}

const service = new Service();
const tables: Promise<{ table: string }> = service.get('users');
const list: string[] = service.generic('a');
const version: number = service.version;
const made: string = Service.make(1);
const cache: CallCache<[table: string], Promise<{ table: string }>> = cacheOf(service, 'get');
const forgotten: boolean = cache.delete('users') || cache.expire('users');
cache.expireAll();

const identity = memoize(<T>(value: T): T => value);
const literal: 'a' = identity('a' as const);

function overloaded(value: string): string;
function overloaded(value: number): number;
function overloaded(value: string | number): string | number {
  return value;
}
const memoized = memoize(overloaded, { capacity: 10 });
const [text, count]: [string, number] = [memoized('a'), memoized(1)];

const nameOf = memoize.many(async (ids: readonly number[]) => ids.map((id) => (id < 0 ? new Error() : `${id}`)));
const named: Promise<string> = nameOf(1);

const query = memoize.with({ capacity: 5, ttl: 1000, when: (result) => result !== undefined }).with({ ttl: 5 });
export const queried: string = query((id: number) => `${id}`, { key: (id) => id })(1);
export const queriedMany: Promise<string> = query.many(async (ids: readonly number[]) => ids.map(String), { ttl: 6 })(
  1,
);
const service5 = cached.with({ ttl: 1000 });
const byId = cachedToo.with({ key: (user: { id: number }) => user.id, name: 'users' }).with({ capacity: 5 });
const anyPreset: Cached = cached.with({ ttl: 5 });
export class Presets {
  @service5() get(id: number): number {
    return id;
  }
  @service5({ capacity: 5, key: (id: number) => id }) async find(id: number): Promise<number> {
    return id;
  }
  @service5({ ttl: undefined }) get version(): number {
    return 1;
  }
  @byId() static nameOf(user: { id: number; name: string }): string {
    return user.name;
  }
  @byId({ key: (name: string) => name }) named(name: string): string {
    return name;
  }
  @anyPreset({ key: (name: string) => name }) any(name: string): string {
    return name;
  }
}

/** As jest and vitest declare it. */
declare function afterEach(hook: (context: { skip(): void }) => unknown, timeout?: number): void;
clearBetweenTests(afterEach);
export const enable: EnableCaching = disableCaching();
export const enabled: void = enable();
export const allSettled: Promise<void> = settled();
const isolated: Promise<string> = isolate(() => nameOf(1));
const resilient = memoize(
  async (id: number, signal?: AbortSignal): Promise<string> => `${id}${(signal ?? loadSignal())?.aborted}`,
  {
    ttl: 60_000,
    staleWhileRevalidate: 1000,
    staleIfError: 1000,
    refreshAhead: 0.8,
    jitter: 0.1,
    errorTtl: 100,
    timeout: 2000,
    softTimeout: 200,
    signal: (_id, signal) => signal,
    tags: (result, id) => [result, `${id}`],
    on: { error: ({ error, args: [id] }) => [error, id] },
  },
);
const told: string = cacheOf(resilient).explain(1).outcome;
const mean: number = cacheOf(resilient).stats().minus(cacheOf(resilient).stats()).meanLoadTime;
const invalidated: number = invalidateTags('a', 'b') + expireTags('a', 'b');

/** A member that takes anything switches no check off, and refuses nothing that is right. */
class Logging {
  @cached()
  async get(table: string): Promise<string> {
    return table;
  }
  @cached()
  all(...ids: number[]): number {
    return ids.length;
  }
  debug(..._parts: unknown[]): void {}
  log(..._parts: any[]): void {}
  @evicts<Logging>('get', (table) => [table])
  @evicts<Logging>('all', (...ids: number[]) => ids)
  async alter(table: string, column: string): Promise<string> {
    return table + column;
  }
  // @ts-expect-error a table is a string
  @evicts<Logging>('get', () => [1])
  @puts<Logging>('get', (table) => [table])
  async save(table: string): Promise<string> {
    return table;
  }
}
const logging = new Logging();

const proxy: Service = cachedProxy(service, {
  get: { ttl: (result, table) => result.table.length + table.length },
  typed: {
    freeze: true,
    key(id) {
      return this.prefix + id;
    },
  },
});
const proxied: Promise<{ table: string }> | undefined = cacheOf(proxy, 'get').peek('users');
const dates: Date = cachedProxy(new Date(), { toISOString: {} });

const lru = new LruCache<string, number>({ capacity: 2, onEvict: (key, value, cause) => [key, value, cause] });
const copy: Map<string, number> = new Map(lru.set('a', 1));
/** Whatever a Map has in the platform's library, the cache has too. */
const map: Map<string, number> = lru;

// @ts-expect-error the argument is a string
void (() => cache.delete(1));
// @ts-expect-error the method takes a string
void (() => service.get(1));
// @ts-expect-error there is no such member
void (() => evicts<Service>('none'));
// @ts-expect-error the method takes one argument
void (() => evicts<Service>('get', (table) => [table, table]));
// @ts-expect-error the method takes a string
void (() => evicts<Service>('get', (table: number) => [table]));
// @ts-expect-error a getter takes no argument
void (() => puts<Service>('version', (table) => [table]));
// @ts-expect-error the argument function is required
void (() => puts<Service>('get'));
// @ts-expect-error there is no such option
void (() => cached({ max: 5 }));
// @ts-expect-error there is no such option beside one that there is
void (() => cached({ capacity: 5, max: 5 }));
// @ts-expect-error an option of another type
void (() => cached({ capacity: '5' }));
// @ts-expect-error the function returns no promise
void (() => memoize((id: number) => id, { many: (ids) => ids }));
// @ts-expect-error the function takes two arguments
void (() => memoize(async (id: number, factor: number) => id * factor, { many: (ids) => ids }));
memoize(async (id: number, _signal?: AbortSignal) => id, { many: (ids) => ids, signal: (_id, signal) => signal });
// @ts-expect-error there is no such method
void (() => cachedProxy(service, { none: {} }));
// @ts-expect-error it is no method
void (() => cachedProxy(service, { prefix: {} }));
// @ts-expect-error there is no such option
void (() => cachedProxy(service, { get: { max: 5 } }));

/** A signal of the platform, where there is one. */
export const fetched = (): Promise<Response> => fetch('http://localhost', { signal: loadSignal() ?? null });

export const results = [
  tables,
  list,
  version,
  made,
  forgotten,
  literal,
  text,
  count,
  named,
  isolated,
  told,
  logging,
  mean,
  invalidated,
  proxied,
  dates,
  copy.size,
  map,
  keyOf([1]),
];

/** An optional method and a callback, which are members of several types. */
class Optional {
  onChange?: (event: { readonly id: number }) => void;
  find?(id: string): number;
  @cached() get(id: string): number {
    return id.length;
  }
  @evicts<Optional>('find', (id) => [id])
  @evicts<Optional>(['get', 'find'], (id: string) => [id])
  @puts<Optional>('get', (id) => [id])
  set(id: string): number {
    return id.length;
  }
}
// @ts-expect-error the argument is a string
void (() => evicts<Optional>('get', (id: number) => [id]));
// @ts-expect-error it takes one argument
void (() => puts<Optional>('get', () => []));

/** Overloads, each of which is a way to call the member. */
class Overloads {
  find(id: number): string;
  find(slug: string, locale?: string): string | undefined;
  find(...parts: [number, number, ...number[]]): string;
  @cached()
  find(...key: (number | string | undefined)[]): string | undefined {
    return key.join();
  }
  @cached()
  get(id: number): string {
    return `${id}`;
  }

  @evicts<Overloads>('find', (id) => [id])
  @evicts<Overloads>('find', (id: number) => [id])
  @evicts<Overloads>('find', (_id: number, slug: string) => [slug, 'en'])
  @evicts<Overloads>('find', (id: number) => [id, id, id])
  @evicts<Overloads>(['find', 'get'], (id: number) => [id])
  @puts<Overloads>('find', (_id: number, slug: string) => [slug])
  rename(id: number, slug: string): string {
    return slug + id;
  }
}
const overloads = new Overloads();
export const parted: [boolean, boolean, string | undefined] = [
  cacheOf(overloads, 'find').delete(1),
  cacheOf(overloads, overloads.find).has('one', 'en') || cacheOf(memoized).has('a') || cacheOf(memoized).has(1),
  cacheOf(cachedProxy(overloads, { find: { key: (first, second) => [first, second] } }), 'find').peek(1, 2, 3),
];
export const anyOf: { text?: string | number } = { text: cacheOf(memoized).peek('a') ?? 0 };
memoize(overloaded, { key: (value: string | number) => value, when: (result) => result !== 0 });
// @ts-expect-error neither a number nor a string
void (() => cacheOf(overloads, 'find').delete(true));
// @ts-expect-error no overload takes so many
void (() => cacheOf(overloads, 'find').delete('one', 'en', 'two'));
// @ts-expect-error neither a number nor a string
void (() => evicts<Overloads>('find', (flag: boolean) => [flag]));
// @ts-expect-error the other takes no string
void (() => evicts<Overloads>(['find', 'get'], (slug: string) => [slug]));

/** What is known of nothing can be memoized as anything. */
declare const anything: any;
export const untyped = memoize(anything, { key: (id: number) => id, ttl: (result: { ttl: number }) => result.ttl });

/** A getter that gives a function, which the compiler takes for a method. */
class Handlers {
  @cached() get handler(): (event: string) => void {
    return () => {};
  }
}
export const handled: boolean = cacheOf(new Handlers() as { handler: object }, 'handler').delete();
/** Whatever iterates is a Generator, which has what a platform's iterators have. */
export const generators: Generator<unknown>[] = [
  lru.entries(),
  cacheOf(resilient).entries(),
  cacheOf(service, 'get')[Symbol.iterator](),
];

/** Types that are known by a bound only: a generic class, and `this`. */
interface User {
  readonly id: number;
}
export class Repository<T extends User> {
  constructor(readonly users: readonly T[]) {}

  @cached({ ttl: (user: User) => user.id, on: { hit: ({ value }: { value: Promise<User> }) => value } })
  async find(id: number): Promise<T | undefined> {
    return this.users.find((user) => user.id === id);
  }

  @cached({ key: (user: User) => user.id, when: (found: boolean) => found })
  has(user: T): boolean {
    return this.users.includes(user);
  }

  @cached({
    key(this: Repository<User>) {
      return this.users.length;
    },
  })
  get size(): number {
    return this.users.length;
  }

  @evicts<Repository<T>>('size')
  @evicts<Repository<T>>('find', (user) => [user.id])
  @evicts<Repository<T>>('has', (user: T) => [user])
  add(_user: T): void {}

  forget(user: T): boolean {
    cacheOf(this, this.find).put([user.id], Promise.resolve(user));
    cacheOf(this, this.find).put([user.id], user);
    // @ts-expect-error no user
    cacheOf(this, this.find).put([user.id], 'user');
    return cacheOf(this, this.has).delete(user);
  }
}

/** Methods that serve only some of what their class makes. */
export abstract class Model {
  readonly id: number = 0;

  @cached()
  static find<T extends Model>(this: new () => T, _id: number): T {
    return new this();
  }
  @cached()
  load(this: this & { readonly isReady: true }, size: number): number {
    return this.id + size;
  }
  @evicts('load')
  save(this: this & { readonly isReady: true }): void {}
  @puts('load', (size: number) => [size])
  resize(this: Model, size: number): number {
    return size;
  }
  // @ts-expect-error a decorator of methods
  @cached() readonly field = 5;
}

class Gone extends Error {
  readonly code = 'GONE';
}
const nameOrGone = memoize.many(
  async (ids: readonly number[]) => ids.map((id) => (id < 0 ? new Gone() : { name: 'n', message: `${id}` })),
  { when: ({ message }) => message !== '', capacity: 5 },
);
export const gone: Promise<{ name: string; message: string }> = nameOrGone(1);
interface Crash {
  readonly id: number;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}
const crashOf = memoize.many(async (ids: readonly number[]): Promise<Crash[]> => ids.map((id) => crashes[id]!));
const crashes: Crash[] = [];
export const crash: Promise<Crash> = crashOf(1);
const reports = memoize.many(async (ids: readonly number[]) => ids.map(() => new Gone()));
export const report: Promise<Gone> = reports(1);
// @ts-expect-error not never
export const noCrash: Promise<number> = crashOf(1);

export function loaderOf<T>(load: (ids: readonly number[]) => Promise<T[]>): (id: number) => Promise<T> {
  return memoize.many(load);
}

export function forget<T extends User>(repository: Repository<T>, user: T): boolean {
  cacheOf(repository, 'size').clear();
  return cacheOf(repository, 'find').delete(user.id) || cacheOf(repository, 'has').has(user);
}

export function readOften<T extends User>(repository: Repository<T>): Repository<T> {
  return cachedProxy(repository, { has: { key: (user) => user.id } });
}

/** Classes of packages, as their declarations have them: abstract, with a private constructor, generic, and interfaces. */
declare abstract class Shape {
  abstract area(): number;
}
declare class Zoned<IsValid extends boolean = boolean> {
  private constructor(config: unknown);
  readonly isValid: IsValid;
  toMillis(): number;
}
declare class Range<T> {
  protected constructor(from: T, to: T);
  readonly size: number;
}
interface Big {
  readonly c: number[];
}
interface BigConstructor {
  new (value: number): Big;
  (value: number): Big;
  (): BigConstructor;
}
declare const Big: BigConstructor;
interface Day {
  format(): string;
}
/** A function that makes instances of a hidden class. */
declare function day(date?: string | number): Day;
declare function day(date: string, format: string, strict?: boolean): Day;
class Money {
  readonly #amount = 1;
  equals(other: Money): boolean {
    return this.#amount === other.#amount;
  }
}
registerCacheKey(Shape, (shape) => shape.area().toFixed());
registerCacheKey(Zoned, (zoned) => [zoned.toMillis().toFixed(), zoned.isValid]);
registerCacheKey(Range, (range) => range.size.toFixed());
registerCacheKey(Big, (big) => big.c.map((digit) => digit.toFixed()));
registerCacheKey(day, (date) => date.format().trim());
registerCacheKey(Money, (money) => money.equals(money));
registerCacheKey(Money, ({ equals }: { equals: unknown }) => equals);
registerCacheKey(anything, (instance: Money) => instance);
// @ts-expect-error there is no such member
void (() => registerCacheKey(Shape, (shape) => shape.volume()));
// @ts-expect-error there is no such member of what has a private constructor
void (() => registerCacheKey(Zoned, (zoned) => zoned.toSeconds()));
// @ts-expect-error there is no such member of what the function makes
void (() => registerCacheKey(day, (date) => date.toMillis()));
// @ts-expect-error the function is for instances of another class
void (() => registerCacheKey(Money, (shape: Shape) => shape.area()));
// @ts-expect-error the function is required
void (() => registerCacheKey(Money));

export const life: Duration = '90s';
export const lives = memoize(async (id: number, isDraft: boolean) => ({ id, isDraft }), {
  ttl: (user, id) => (user.isDraft ? `${id}s` : life),
  weigh: (user, id) => user.id + id,
  idle: life,
  bypass: (_id, isDraft) => isDraft,
  copy: (user) => ({ ...user }),
  tags: ['all'] as const,
  staleIfError: { for: life, when: (error, id) => error instanceof Error && id > 5 },
  errorTtl: (_error, id) => (id > 5 ? 0 : '1m'),
});
export const batchedLives = memoize.many(async (ids: readonly number[]) => ids.map(String), {
  ttl: '1h',
  weigh: (text, id) => text.length + id,
  bypass: (id) => id === 0,
  copy: (text) => text.trim(),
  staleIfError: { for: '1d', when: (_error, id) => id > 0 },
});
export const livingProxy = cachedProxy(new Service(), {
  typed: { ttl: '5m', bypass: (id) => id > 5, copy: (text) => text },
});
