import { cached, caches, memoize } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many of 100 remembered errors are alive after the source works again, and how many of 1,000 methods are
 * listed that were cached for one object, each in place of the previous one. Needs --expose-gc.
 */
const errors: WeakRef<object>[] = [];
let now = 0;
const get = memoize(
  async (id: number) => {
    if (now > 0) return id;
    const error = new Error(`${id}`);
    errors.push(new WeakRef(error));
    throw error;
  },
  { errorTtl: 10, clock: () => now },
);
for (let id = 0; id < 100; id++) await get(id).catch(() => {});
now = 10;
await get(-1);

class Service {}
const service = new Service();
const sum = { total: 0 };
for (let n = 0; n < 1000; n++) {
  const context = { kind: 'method', name: 'get', static: false, private: false };
  const decorate = cached({ name: 'redecorated' }) as unknown as (
    method: () => number,
    context: object,
  ) => () => number;
  const method = decorate(() => n, context);
  sum.total += method.call(service) + method.call(service);
  if (n % 100 === 0) await collect();
}
await collect();
const methods = caches().filter(({ name }) => name === 'redecorated').length;
console.log(JSON.stringify({ gc: typeof globalThis.gc, made: errors.length, errors: alive(errors), methods, ...sum }));
