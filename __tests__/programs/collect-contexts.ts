import { AsyncLocalStorage } from 'node:async_hooks';
import { cacheOf, LruCache, memoize } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints, for each kind of cache, how many of 100 requests are kept alive by the results that they loaded or put. Also
 * prints which request each call of a callback or listener sees. Needs --expose-gc.
 */
const requests = new AsyncLocalStorage<{ id: number }>();

async function held(load: (id: number) => unknown): Promise<number> {
  const references: WeakRef<object>[] = [];
  for (let id = 0; id < 100; id++) {
    const request = { id };
    references.push(new WeakRef(request));
    await requests.run(request, () => load(id));
  }
  await collect();
  return alive(references);
}

const load = async (id: number) => ({ id });
const lru = new LruCache<number, object>();
const plain = memoize(load);
const listened = memoize(load, { on: { evict: () => {} } });
const resilient = memoize(load, { ttl: 1e6, staleIfError: 1e6, softTimeout: 1e6 });
const many = memoize.many(async (ids: readonly number[]) => ids.map((id) => ({ id })));
const put = memoize(load);
const putLater = memoize(load);

const seen: unknown[] = [];
const see = () => seen.push(requests.getStore()?.id);
const seeing = memoize(load, {
  capacity: 1,
  when: () => Boolean(see()),
  tags: () => [`${see()}`],
  on: { miss: see, evict: see },
});
await requests.run({ id: 1 }, () => seeing(1));
await requests.run({ id: 2 }, () => seeing(2).then(see));

const all = {
  plain: await held(plain),
  listened: await held(listened),
  resilient: await held(resilient),
  many: await held(many),
  put: await held((id) => cacheOf(put).put([id], { id })),
  putLater: await held((id) => cacheOf(putLater).put([id], load(id))),
  getOrLoad: await held((id) => lru.getOrLoad(id, load)),
};
const size = [plain, listened, resilient, many, put, putLater].map((fn) => cacheOf(fn).size);
console.log(JSON.stringify({ gc: typeof globalThis.gc, all, size: [...size, lru.size], seen }));
