import { cachedProxy, cacheOf, caches } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many of 1,000 used proxies, and of their values, are alive after they were dropped, while the target of
 * the proxies and another receiver of their methods stay alive. Needs --expose-gc.
 */
class Client {
  get(n: number) {
    const value = { n, self: this };
    values.push(new WeakRef(value));
    return value;
  }
  other() {
    return this;
  }
}
const values: WeakRef<object>[] = [];
const client = new Client();
const borrower = new Client();

async function use(): Promise<WeakRef<object>[]> {
  const used: WeakRef<object>[] = [];
  for (let i = 0; i < 1000; i++) {
    const proxy = cachedProxy(client, { get: {}, other: {} });
    proxy.get(1);
    proxy.get.call(borrower, 2);
    proxy.other();
    cacheOf(proxy, 'get').stats();
    used.push(new WeakRef(proxy));
    // A weak reference keeps its target alive until the job that created it has ended.
    await undefined;
  }
  return used;
}

const used = await use();
await collect();
const report = { gc: typeof globalThis.gc, made: used.length, proxies: alive(used), values: alive(values) };
console.log(JSON.stringify({ ...report, listed: caches().length, runs: [client.get(1).n, borrower.get(1).n] }));
