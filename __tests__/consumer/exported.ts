import {
  cached,
  cachedProxy,
  cacheKey,
  cacheOf,
  caches,
  evicts,
  keyOf,
  LruCache,
  memoize,
  puts,
  registerCacheKey,
} from 'memokit';
import { disableCaching } from 'memokit/testing';

/** What a library exports with types that the compiler infers, so that its declarations have to name memokit's. */
export class Service {
  @cached({ capacity: 5 })
  async get(table: string): Promise<string> {
    return table;
  }
  @evicts<Service>('get', (table: string) => [table])
  async alter(table: string): Promise<void> {
    this.cache().delete(table);
  }
  cache() {
    return cacheOf(this, this.get);
  }
  stats() {
    return this.cache().stats();
  }
  explain() {
    return this.cache().explain('users');
  }
  [cacheKey]() {
    return keyOf(['users']);
  }
}

export const measure = memoize((text: string) => text.length);
export const measured = cacheOf(measure);
export const entries = measured.entries();
export const loaded = memoize.many(async (ids: readonly number[]) => ids.map(String));
export const proxy = cachedProxy(new Service(), { get: { ttl: 5 } });
export const lru = new LruCache<string, number>({ capacity: 3 });
export class Lengths extends LruCache<string, number> {}
export const toolkit = { memoize, cached, evicts, puts, cacheOf, cachedProxy, many: memoize.many, registerCacheKey };
export const register = registerCacheKey;
export const registerMoney = (key: (money: Money) => string) => registerCacheKey(Money, key);
declare class Money {
  private constructor();
  readonly amount: bigint;
}
export class Kit {
  memoize = memoize;
}
export const decorator = cached({ ttl: 5 });
export const presets = [cached.with({ ttl: 5, key: (id: number) => id }), memoize.with({ ttl: 5 })];
export const preset = cached.with({ ttl: 5 }).with({ key: (id: number) => id });
export const mutators = [evicts<Service>('get', (table: string) => [table]), puts('get', (table: string) => [table])];
export const enable = disableCaching();
export const key = keyOf(['users']);
export const all = () => caches();
export function mixin<C extends new (...args: any[]) => object>(Base: C) {
  class Mixed extends Base {
    @cached() get(id: number) {
      return id;
    }
  }
  return Mixed;
}
