import { inspect } from 'node:util';
import { cachedProxy, cacheOf, caches, clearAll, evicts, invalidateTags, LruCache, memoize, puts } from 'memokit';

/** What a polluted `Object.prototype` may hold under the name of an option. */
const VALUES: readonly unknown[] = [1, 0.5, 'class', true, () => 1, ['a'], { now: () => 5 }];

/** The names of all options, as the refusal of one that does not exist lists them, and those of listeners and the like. */
export function pollutedNames(): string[] {
  const names = [
    'hit',
    'miss',
    'evict',
    'error',
    'by',
    'before',
    'weigh',
    'onEvict',
    'cause',
    'args',
    'load',
    'receiver',
  ];
  try {
    memoize(() => 1, { none: 1 } as object);
  } catch (error) {
    names.unshift(.../expected (.*), but got/.exec((error as Error).message)![1]!.split(' '));
  }
  return [...new Set(names)];
}

/** Says how programs differ whose `Object.prototype` is polluted, before they define functions or after. */
export async function pollutionOf(name: string, when: 'before' | 'after'): Promise<string[]> {
  const none = () => {};
  const expected = await transcript(none, none);
  const differences: string[] = [];
  for (const value of VALUES) {
    const pollute = () =>
      Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
    let found: string;
    try {
      found = when === 'before' ? await transcript(pollute, none) : await transcript(none, pollute);
    } catch (error) {
      found = String(error);
    } finally {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
    if (found !== expected) differences.push(`${inspect(value, { breakLength: Number.POSITIVE_INFINITY })}: ${found}`);
  }
  return differences;
}

/** Uses every kind of function, and returns what was seen. */
async function transcript(beforeDefinition: () => void, afterDefinition: () => void): Promise<string> {
  clearAll();
  const seen: string[] = [];
  const see = (...values: unknown[]) => seen.push(values.map(String).join(' '));
  const attempt = async (what: string, run: () => unknown) => {
    try {
      see(what, await run());
    } catch (error) {
      see(what, error);
    }
  };
  let now = 0;
  const clock = () => now;

  beforeDefinition();
  const square = memoize((n: number) => n * n);
  const small = memoize((n: number) => n + 1, { capacity: 2, on: {} });
  const fresh = memoize(async (n: number) => n + now, { ttl: 10, staleWhileRevalidate: 10, clock });
  const tagged = memoize((n: number) => n, { tags: () => ['tag'] });
  const many = memoize.many(async (list: readonly number[]) => list.map((n) => n * 2));
  class Service {
    constructor(readonly user: string) {}
    get(n: number): string {
      return `${this.user} ${n}`;
    }
    set(n: number): string {
      return `new ${n}`;
    }
  }
  const context = { kind: 'method', name: 'get', static: false, private: false } as const;
  const service = cachedProxy(new Service('ada'), { get: {} });
  const other = cachedProxy(new Service('bob'), { get: {} });
  const evict = evicts('get', (n: number) => [n])(Service.prototype.set as never, { ...context, name: 'set' } as never);
  const put = puts('get', (n: number) => [n])(Service.prototype.set as never, { ...context, name: 'set' } as never);
  const call = (mutator: unknown, receiver: object) => Reflect.apply(mutator as () => unknown, receiver, [1]);
  const lru = new LruCache<string, number>({ capacity: 2 });

  afterDefinition();
  await attempt('square', () => [square(2), square(3), square(2)]);
  await attempt('small', () => [small(1), small(2), small(3), small(1)]);
  for (const time of [0, 5, 15, 30]) {
    await attempt('fresh', () => {
      now = time;
      return fresh(1);
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await attempt('tagged', () => [tagged(1), invalidateTags('tag'), cacheOf(tagged).size]);
  await attempt('many', () => Promise.all([many(1), many(2), many(1)]));
  await attempt('users', () => [service.get(1), other.get(1), service.get(1)]);
  await attempt('evict', () => [call(evict, service), service.get(1)]);
  await attempt('put', () => [call(put, service), service.get(1)]);
  await attempt('lru', () => [...lru.set('a', 1).set('b', 2).set('c', 3).keys()]);
  await attempt('lru later', async () => {
    await new Promise((resolve) => setTimeout(resolve, 3));
    return [lru.get('a'), lru.get('b'), lru.get('c')];
  });
  const stats = [square, small, tagged].map((each) => cacheOf(each).stats());
  see('stats', ...stats.flatMap(({ hits, misses, size, capacity }) => [hits, misses, size, capacity]));
  const all = cacheOf(square);
  await attempt('cache', () => [
    all.has(2),
    all.peek(3),
    all.delete(2),
    all.put([2], 5),
    square(2),
    all.explain(2).outcome,
  ]);
  await attempt('caches', () => caches().length > 0);
  return seen.join('; ');
}
