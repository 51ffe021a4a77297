import { cached, cachedProxy, cacheOf, caches, clearAll, invalidateTags, keyOf, LruCache, memoize } from 'memokit';

/**
 * Uses every feature, with long ttls and loads in flight, and then prints goodbye. The process has to end without help.
 */
class Service {
  @cached({ ttl: 3_600_000, capacity: 2, on: { hit() {}, miss() {}, evict() {} } })
  async get(n: number) {
    return n;
  }
  @cached({ ttl: 3_600_000, many: 'doubleMany' })
  async double(n: number) {
    return n * 2;
  }
  async doubleMany(numbers: readonly number[]) {
    return numbers.map((n) => n * 2);
  }
  @cached({ ttl: 3_600_000 })
  get version() {
    return 1;
  }
  @cached({ per: 'class' })
  static make(n: number) {
    return [n];
  }
}
const service = new Service();
for (const n of [1, 2, 3, 1]) await service.get(n);
service.version;
Service.make(1);
void service.get(4);
await Promise.all([service.double(1), service.double(2)]);
void service.double(3);
const memoized = memoize(async (n: number) => n, { ttl: () => 3_600_000 });
void memoized(1);
cacheOf(memoized).put([2], Promise.resolve(2));
cacheOf(memoized).resize(5);
const proxy = cachedProxy({ load: async (n: number) => ({ n }) }, { load: { ttl: 3_600_000, freeze: true } });
void proxy.load(1);
const patient = memoize((n: number) => (n === 0 ? new Promise<number>(() => {}) : Promise.resolve(n)), {
  ttl: 1,
  staleWhileRevalidate: 3_600_000,
  staleIfError: 3_600_000,
  timeout: 3_600_000,
  softTimeout: 3_600_000,
  tags: (n) => [`${n}`],
});
void patient(0);
await patient(1);
await new Promise((resolve) => setTimeout(resolve, 5));
await patient(1);
invalidateTags('1');
const cache = new LruCache<string, number>({ ttl: 3_600_000, onEvict() {} });
void cache.getOrLoad('a', async () => 1);
cache.set('b', 1).getOrInsertComputed('c', () => 1);
keyOf([{}, () => 1]);
clearAll();
console.log(`goodbye ${caches().length}`);
