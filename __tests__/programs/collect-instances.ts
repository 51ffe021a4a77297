import { cached, cacheOf, memoize } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many of 1,000 used instances, and of their values, are alive after they were dropped. Needs --expose-gc.
 */
class Service {
  @cached()
  get(n: number) {
    const value = { n, self: this };
    values.push(new WeakRef(value));
    return value;
  }
  @cached()
  async load(n: number) {
    return { n, self: this };
  }
  @cached({ tags: ({ n }: { n: number }) => [`tag:${n}`], ttl: 60_000, staleIfError: 60_000, timeout: 60_000 })
  async tagged(n: number) {
    return { n, self: this };
  }
  // The timer keeps the callers alive until it fires.
  @cached({ timeout: 5 })
  never() {
    return new Promise<this>(() => {});
  }
}
const values: WeakRef<object>[] = [];
const perInstance = memoize(
  function (this: object, n: number) {
    return { n, self: this };
  },
  { per: 'instance' },
);

async function use(): Promise<WeakRef<object>[]> {
  const used: WeakRef<object>[] = [];
  for (let i = 0; i < 1000; i++) {
    const service = new Service();
    service.get(1);
    perInstance.call(service, 1);
    await service.load(2);
    await service.tagged(i);
    if (i % 2) service.never().catch(() => {});
    cacheOf(service, 'get').stats();
    used.push(new WeakRef(service));
  }
  return used;
}

const used = await use();
await collect();
console.log(
  JSON.stringify({ gc: typeof globalThis.gc, made: used.length, instances: alive(used), values: alive(values) }),
);
