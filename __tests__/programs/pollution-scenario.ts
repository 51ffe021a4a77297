/**
 * A program that uses every part of memokit. `pollution.ts` compiles it in both dialects, runs it with and without names on
 * `Object.prototype`, and compares what it records.
 */
import {
  cached,
  cachedProxy,
  cacheOf,
  caches,
  clearAll,
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
import { isolate } from 'memokit/testing';

/** Hands the program over. `pollution.ts` calls `define`, and then `use`, which resolves with the record. */
declare const give: (program: Program) => void;

export interface Program {
  /** Makes the functions and, if the platform can still decorate, the classes. */
  readonly define: (decorates: boolean) => void;
  /** Uses the classes and, unless another dialect has done so, the functions. */
  readonly use: (usesFunctions: boolean) => Promise<string[]>;
  /** Decorates a class with decorators that do nothing. Throws if the compiler's own code fails. */
  readonly decorateWithNothing: () => void;
}

const record: string[] = [];
let now = 0;
const clock = () => now;
const events: string[] = [];
const commit: (() => void)[] = [];
const on = {
  miss: ({ key }: { readonly key: unknown }) => void events.push(`miss ${key}`),
  error: ({ error }: { readonly error: unknown }) => void events.push(`error ${error}`),
};

async function step(name: string, run: () => unknown): Promise<void> {
  try {
    record.push(`${name}: ${text(await run())}`);
  } catch (error) {
    record.push(`${name}: threw ${error}`);
  }
}

/** Shows a value with its own properties only. */
function text(value: unknown): string {
  if (value instanceof Map) return `Map ${text([...value])}`;
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    // Times differ from run to run.
    const entries = Object.entries(value).filter(([name]) => !name.endsWith('LoadTime'));
    const parts = entries.map(([name, part]) => (isList ? text(part) : `${name}=${text(part)}`));
    return `${isList ? '[' : '{'}${parts.join(' ')}${isList ? ']' : '}'}`;
  }
  return String(value);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const inspect = (cache: object) => {
  const show = Symbol.for('nodejs.util.inspect.custom');
  return (cache as Record<symbol, (depth: number, options: object) => unknown>)[show]!(2, {});
};

/** A class that is registered, and one that is not, whose instances are never equal. */
class Money {
  constructor(readonly amount: number) {}
}
class Unregistered extends Object {}

function makeClass() {
  class Base {
    loads = 0;
    @cached()
    named(n: number) {
      return `base ${n}`;
    }
  }
  class Service extends Base {
    @cached()
    one(n: number) {
      return `${n} ${++this.loads}`;
    }
    @cached({ capacity: 3 })
    override named(n: number) {
      return `named ${n} ${++this.loads}`;
    }
    @cached()
    get value() {
      return ++this.loads;
    }
    @cached({ ttl: 100, clock, tags: (_, n: number) => [`t${n}`] })
    async later(n: number) {
      return `later ${n} ${++this.loads}`;
    }
    @cached({ many: 'all' })
    async many(n: number) {
      return n;
    }
    async all(list: readonly number[]) {
      return list.map((n) => n * 2);
    }
    @cached({ per: 'class' })
    static shared(n: number) {
      return [n];
    }
    @evicts('one', (n: number) => [n])
    @evicts('named')
    change(n: number) {
      return n;
    }
    @evicts('value', { before: true })
    set outdated(_: boolean) {}
    @evicts('one', (n: number) => [n], { soft: true, defer: (apply) => void commit.push(apply) })
    touch(_n: number) {}
    @puts('one', (n: number) => [n])
    put(_: number) {
      return 'put';
    }
    @puts('later', (_: unknown, n: number) => [n], { by: 'result', when: () => true })
    async save(_: number) {
      return 'saved';
    }
  }
  return { Service, service: new Service(), other: new Service() };
}

function makeFunctions() {
  let loads = 0;
  let isDown = false;
  const resilient = { ttl: 10, staleWhileRevalidate: 10, staleIfError: 1000, errorTtl: 50, jitter: 0, clock, on };
  return {
    down: (state: boolean) => {
      isDown = state;
    },
    plain: memoize((n: number) => `${n} ${++loads}`),
    keyed: memoize((user: { id: number }) => ++loads + user.id, {
      key: (user) => user.id,
      ttl: (n) => n + 1,
      clock,
      on,
    }),
    content: memoize((value: unknown) => `${++loads} ${text(value)}`),
    frozen: memoize((n: number) => ({ n, at: new Date(n), map: new Map([[n, [n]]]) }), { freeze: true }),
    when: memoize((n: number) => ++loads + n, { when: (_, n) => n > 1 }),
    listened: memoize((n: number) => n + ++loads, {
      capacity: 1,
      on: { hit: () => void events.push('hit'), evict: ({ cause }) => void events.push(`evict ${cause}`) },
    }),
    async: memoize(async (n: number) => `${n} ${++loads}`, { tags: (_, n) => [`a${n}`] }),
    stale: memoize(async (n: number) => {
      if (isDown) throw new Error('down');
      return `${n} ${++loads}`;
    }, resilient),
    living: memoize((n: number, isDraft = false) => ({ n, isDraft, load: ++loads }), {
      ...{ capacity: 5, weigh: ({ n }) => n, ttl: '10ms', idle: '6ms', revalidate: '1s', tags: ['all'] },
      ...{ bypass: (_n, isDraft) => isDraft === true, copy: (value) => ({ ...value }), clock, on },
    }),
    answered: memoize(
      async (n: number) => {
        if (isDown) throw new Error(n > 5 ? 'not found' : 'down');
        return { n, load: ++loads };
      },
      {
        ...{ ttl: () => '10ms', errorTtl: (_error, n) => (n > 5 ? '50ms' : 0), copy: (value) => ({ ...value }) },
        ...{ staleIfError: { for: '1s', when: (error) => (error as Error).message === 'down' }, clock, on },
      },
    ),
    slow: memoize((_: number) => new Promise<string>(() => {}), { timeout: 2, on }),
    soft: memoize((n: number) => (isDown ? new Promise<string>(() => {}) : Promise.resolve(`${n} ${++loads}`)), {
      ...{ ttl: 10, staleIfError: 1000, softTimeout: 2, clock },
    }),
    aborted: memoize(
      (n: number, options?: { signal?: AbortSignal | undefined }) =>
        new Promise((resolve, reject) => {
          loadSignal()!.addEventListener('abort', () => reject(new Error(`aborted ${n} ${options === undefined}`)));
          setTimeout(() => resolve(`${n} ${++loads}`), 3);
        }),
      { signal: (_n, options = {}) => (Object.hasOwn(options, 'signal') ? options.signal : undefined), on },
    ),
    many: memoize.many(async (list: readonly number[]) => list.map((n) => (n < 5 ? n : new Error(`no ${n}`))), { on }),
    proxy: cachedProxy(
      {
        calls: 0,
        load(n: number) {
          return `${n} ${++this.calls}`;
        },
        other() {
          return this;
        },
      },
      { load: { capacity: 2 } },
    ),
    lru: new LruCache<unknown, unknown>({
      capacity: 2,
      onEvict: (key, _, cause) => void events.push(`${key} ${cause}`),
    }),
    aging: new LruCache<string, number>({ ttl: 5, clock }),
    weighed: new LruCache<string, string>({ capacity: 5, weigh: (value) => value.length }),
    bare: new LruCache<string, number>(),
  };
}

let functions: ReturnType<typeof makeFunctions>;
let classes: ReturnType<typeof makeClass> | undefined;

function define(decorates: boolean): void {
  registerCacheKey(Money, ({ amount }) => ({ amount }));
  functions = makeFunctions();
  classes = decorates ? makeClass() : undefined;
}

async function useFunctions(): Promise<void> {
  const { plain, keyed, content, frozen, when, listened, async, stale, slow, soft, aborted, many, down } = functions;
  const { proxy, lru, aging, weighed, bare, living, answered } = functions;
  await step('living', () => [living(1), living(1), living(1, true), living(3), living(2), living(9)]);
  await step('living, looks', () => [...cacheOf(living), cacheOf(living).peek(2), cacheOf(living).call(2)]);
  now += 5;
  await step('living, renewed', () => [living(2), cacheOf(living).explain(3), cacheOf(living).explain(1, true)]);
  now += 5;
  await step('living, old', () => [cacheOf(living).size, living(2), cacheOf(living).stats(), invalidateTags('all')]);
  await step('answered', () => Promise.all([answered(1), answered(1), answered(6)]));
  now += 10;
  down(true);
  await step('answered, down', () => Promise.allSettled([answered(1), answered(6), answered(2)]));
  await step('answered, again', () => Promise.allSettled([answered(1), answered(6), cacheOf(answered).stats()]));
  down(false);
  await step('plain', () => [plain(1), plain(1), plain(2)]);
  await step('stats', () => cacheOf(plain).stats());
  await step('minus', () => cacheOf(plain).stats().minus(cacheOf(plain).stats()));
  await step('all stats', () => caches().map(({ name, stats }) => [name, typeof stats]));
  await step('explain', () => [cacheOf(plain).explain(1), cacheOf(plain).explain(5)]);
  await step('operations', () => {
    const cache = cacheOf(plain);
    cache.put([9], 'nine');
    return [cache.has(9), cache.peek(9), cache.delete(9), cache.size, [...cache], plain(9)];
  });
  await step('inspect', () => [inspect(cacheOf(plain)), inspect(lru)]);
  await step('content', () => [
    ...[content({ a: [1], b: { c: 2 } }), content({ b: { c: 2 }, a: [1] }), content(new Date(1))],
    ...[content(new Map([[1, 2]])), content([1, , 2]), content(/a/g), content(new Uint8Array(2)), content(-0)],
  ]);
  await step('keyOf', () => keyOf([1, { a: new Set([1]) }, new URL('a:b'), Object.create(null)]));
  await step('registered', () => [
    ...[content(new Money(1)), content([new Money(1)]), content(new Money(1)), content(new Money(2))],
    new Set([1, 1].map(() => keyOf([new Unregistered()]))).size,
    cacheOf(content).explain([new Money(3), new Unregistered()]).byIdentity,
  ]);
  await step('keyed', () => [keyed({ id: 1 }), keyed({ id: 1 }), keyed({ id: 2 })]);
  now += 3;
  await step('keyed, expired', () => keyed({ id: 1 }));
  await step('frozen', () => {
    const result = frozen(1);
    return [Object.isFrozen(result), Object.isFrozen(result.map.get(1)), frozen(1) === result];
  });
  await step('frozen map', () => frozen(1).map.set(2, [2]));
  await step('when', () => [when(1), when(1), when(2), when(2)]);
  await step('listened', () => [listened(1), listened(1), listened(2)]);
  await step('async', async () => [await async(1), await async(1)]);
  await step('tags', async () => [invalidateTags('a1', 'none'), await async(1)]);
  await step('stale', async () => [await stale(1), await stale(1)]);
  now += 15;
  await step('stale, background', async () => [await stale(1), await pause(1), await stale(1)]);
  await step('expire', async () => [
    ...[cacheOf(stale).expire(1), cacheOf(stale).explain(1).outcome, await stale(1), await pause(1)],
    ...[cacheOf(plain).expire(1), cacheOf(plain).expire(1), cacheOf(plain).expireAll(), expireTags('a1', 'none')],
  ]);
  now += 500;
  down(true);
  await step('stale if error', () => stale(1));
  await step('failure', () => stale(2));
  await step('failure again', () => stale(2));
  down(false);
  await step('slow', () => slow(1));
  await step('soft', () => soft(1));
  now += 500;
  down(true);
  await step('soft, slow', () => soft(1));
  down(false);
  await step('aborted', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [aborted(1, { signal }), aborted(1, { signal: new AbortController().signal }), aborted(1)];
    controller.abort(new Error('gone'));
    return (await Promise.allSettled(calls)).map((result) =>
      result.status === 'rejected' ? String(result.reason) : result,
    );
  });
  await step('aborted alone', () => {
    const controller = new AbortController();
    const call = aborted(2, { signal: controller.signal });
    controller.abort(new Error('gone'));
    return call;
  });
  await step('many', () => Promise.all([many(1), many(2), many(1)]));
  await step('many, failed', () => many(7));
  await step('proxy', () => [
    proxy.load(1),
    proxy.load(1),
    proxy.other() === proxy,
    'load' in proxy,
    Object.keys(proxy),
  ]);
  await step('proxy, cache', () => [cacheOf(proxy, 'load').size, delete (proxy as { calls?: number }).calls]);
  await step('proxy, assignment', () => {
    proxy.load = (n: number) => `new ${n}`;
    return [proxy.load(1), proxy.load(1), Object.getOwnPropertyNames(proxy)];
  });
  await step('lru', () => {
    lru.set('a', 1).set('b', 2).set('c', 3, { ttl: 50 }).set('c', 4, {});
    return [[...lru], lru.expiresIn('c'), lru.size, lru.shift(), lru.getOrInsert('d', 5)];
  });
  await step('lru, loads', async () => [await lru.getOrLoad('e', async () => 6), lru.get('e')]);
  await step('lru, aging', () => [
    aging.set('a', 1).get('a'),
    aging.set('b', 2, { ttl: 50 }).expiresIn('b'),
    aging.ttl,
  ]);
  now += 10;
  await step('lru, expired', () => [aging.get('a'), aging.get('b')]);
  await step('lru, weighed', () => [...weighed.set('a', 'aaa').set('b', 'bbb').set('c', 'c')]);
  await step('lru, bare', () => [bare.capacity, bare.ttl, bare.set('a', 1).expiresIn('a')]);
  await step('isolate', () => isolate(() => plain(1)));
  await step('refusals', () => {
    const attempts = [{ ttl: -1 }, { unknown: 1 }, { on: { hits: 1 } }, { clock: {} }].map((options) => () => {
      memoize(() => 1, options as never);
    });
    const registrations = [() => 1, Date, Money, {}].map((Class) => () => registerCacheKey(Class as never, () => 1));
    return [...attempts, ...registrations, () => invalidateTags(1 as never), () => cacheOf(() => 1)].map((attempt) => {
      try {
        return attempt();
      } catch (error) {
        return String(error);
      }
    });
  });
  await step('events', () => events);
}

async function useClasses({ Service, service, other }: NonNullable<typeof classes>): Promise<void> {
  await step('methods', () => [service.one(1), service.one(1), other.one(1), service.named(1), service.value]);
  await step('evicts', () => [service.change(1), service.one(1), service.named(1), service.value]);
  await step('setter', () => {
    service.outdated = true;
    return service.value;
  });
  await step('defer', () => [
    service.touch(1),
    service.one(1),
    commit.splice(0).map((apply) => apply()),
    service.one(1),
  ]);
  await step('puts', () => [service.put(1), service.one(1)]);
  await step('async method', async () => [await service.later(1), await service.save(2), await service.later(2)]);
  await step('async put', async () => [await service.later(3), await service.later(3), invalidateTags('t3')]);
  await step('batch', () => Promise.all([service.many(1), service.many(2)]));
  await step('static', () => [new Set([1, 1].map((n) => Service.shared(n))).size, cacheOf(Service, 'shared').size]);
  await step('cacheOf', () => [cacheOf(service, 'one').stats(), cacheOf(service, 'named').explain(1)]);
  await step('misplaced', () => (cached as unknown as () => (...args: unknown[]) => unknown)()({}, 'field', undefined));
  await step('misplaced, standard', () => {
    return (cached as unknown as () => (...args: unknown[]) => unknown)()(undefined, { kind: 'field', name: 'field' });
  });
}

async function use(usesFunctions: boolean): Promise<string[]> {
  if (usesFunctions) await useFunctions();
  if (classes !== undefined) await useClasses(classes);
  await step('clearAll', () => [clearAll(), cacheOf(functions.plain).size]);
  return record;
}

function decorateWithNothing(): void {
  const nothing = (..._: unknown[]): any => undefined;
  class Decorated {
    @nothing
    method() {}
    @nothing
    get value() {
      return 1;
    }
    set value(_: number) {}
    @nothing
    static make() {}
  }
  new Decorated();
}

give({ define, use, decorateWithNothing });
