/**
 * Memoizes each static function of the language in its place, and calls it. Then puts functions that record their calls
 * there, and uses every part of memokit. Prints which results were wrong, and which of these functions memokit called.
 */
import { setImmediate } from 'node:timers/promises';
import {
  cachedProxy,
  cacheKey,
  cacheOf,
  caches,
  clearAll,
  invalidateTags,
  keyOf,
  LruCache,
  memoize,
  registerCacheKey,
} from 'memokit';

const holders = { Array, ArrayBuffer, BigInt, Date, JSON, Math, Number, Object, Promise, Reflect, String, Symbol };
/** Not replaced: what a program mocks on purpose, and the mark of a Promise that the language itself looks up. */
const LEFT_ALONE = ['Math.random', 'Date.now', 'Promise.withResolvers'];
const samples: unknown[][] = [[[1]], [{ a: 1 }, 'a'], [1, 2], ['a'], [{ a: [1] }, { b: 2 }], []];

const outcome = (fn: () => unknown): string => {
  try {
    return String(keyOf([fn()]));
  } catch (error) {
    return (error as Error).name;
  }
};

const { defineProperty } = Object;
// The samples make Promise.all and its like reject.
process.on('unhandledRejection', () => {});
const wrong: string[] = [];
const called = new Set<string>();
const functions = Object.entries(holders).flatMap(([holder, object]) =>
  Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([name, { value, writable }]) => typeof value === 'function' && writable && name !== 'prototype')
    .filter(([name]) => !LEFT_ALONE.includes(`${holder}.${name}`))
    .map(([name, descriptor]) => ({ title: `${holder}.${name}`, object, name, descriptor })),
);

for (const { title, object, name, descriptor } of functions) {
  const fn = descriptor.value;
  for (const args of samples) {
    // Identity differs from call to call, so only the kind of such a result is compared.
    const expected = outcome(() => typeof fn.apply(object, args));
    defineProperty(object, name, { ...descriptor, value: memoize(fn, { per: 'instance' }) });
    const results = [0, 1].map(() =>
      outcome(() => typeof (object as never as Record<string, typeof fn>)[name].apply(object, args)),
    );
    defineProperty(object, name, descriptor);
    if (results.some((result) => result !== expected)) wrong.push(`${title}: ${results} instead of ${expected}`);
  }
}

class User {
  constructor(readonly id: number) {}
  [cacheKey]() {
    return this.id;
  }
}
class Money {
  constructor(readonly amount: number) {}
}
const amountOf = ({ amount }: Money) => amount;
const target = { load: async (id: number) => ({ id, when: new Date(id) }) };
const proxy = cachedProxy(target, { load: { ttl: 5, staleIfError: 5, jitter: 0.5, tags: (user) => [`user:${user}`] } });
const frozen = memoize((id: number) => ({ id, map: new Map([[1, new Date(id)]]), set: new Set([/a/]) }), {
  freeze: true,
});
const many = memoize.many(async (ids: readonly number[]) => ids.map((id) => (id > 1 ? id : new Error('no'))));
const content = [
  [1],
  { a: [1], b: { c: 2 } },
  new Map([[1, new Set([2])]]),
  new Date(1),
  /a/,
  new URL('a:'),
  new User(1),
  new Money(1),
];
const views = [new Uint8Array(5), new ArrayBuffer(5), Buffer.from('a'), new URLSearchParams('a=1'), new Headers()];
const symbols = { [Symbol('a')]: 1, [Symbol.for('b')]: [, 1] };
const any = memoize((...args: unknown[]) => args.length, {
  capacity: 20,
  on: { hit() {}, miss() {}, evict() {}, error() {} },
});
const listener = memoize((n: number) => n, { when: () => true, ttl: () => 5, key: (n) => [n, { n }] });
const aborting = memoize(async (_: number, signal?: AbortSignal) => signal, {
  signal: (_, signal) => signal,
  timeout: 5,
});
const perClass = memoize(
  function (this: unknown, n: number) {
    return n;
  },
  { per: 'class' },
);

for (const { title, object, name, descriptor } of functions) {
  const fn = descriptor.value;
  defineProperty(object, name, {
    ...descriptor,
    value(this: unknown, ...args: unknown[]) {
      const { stack } = new Error();
      if (stack?.split('\n')[2]?.match(/\/(src|decorators)\//)) called.add(`${title} ${stack.split('\n')[2]!.trim()}`);
      return fn.apply(this, args);
    },
  });
}
for (let round = 0; round < 3; round++) {
  registerCacheKey(Money, amountOf);
  for (let i = 0; i < 150; i++) any(i, { i }, i % 3 ? views : content, symbols);
  for (const value of [...content, ...views, symbols, 1, -0, 'a']) any(value);
  any();
  any(1, 2);
  any(1, 2, 3);
  keyOf([content, views]);
  frozen(round);
  listener(round);
  perClass.call(new User(1), 1);
  perClass.call(-0, 1);
  await Promise.allSettled([proxy.load(1), many(1), many(2), aborting(1), aborting(1, new AbortController().signal)]);
  const cache = new LruCache<number, number>({ capacity: 50, ttl: 5, weigh: () => 1 });
  for (let i = 0; i < 100; i++) cache.set(i, i, { ttl: i + 1 });
  await cache.getOrLoad(1000, async () => 1);
  cache.resize(10);
  for (const cached of [any, frozen, listener, many]) {
    cacheOf(cached as typeof any)
      .stats()
      .minus(cacheOf(cached as typeof any).stats());
    [...cacheOf(cached as typeof any).entries()];
    cacheOf(cached as typeof any).explain(1);
  }
  cacheOf(many).put([5], Promise.resolve(5));
  cacheOf(proxy, 'load').put([7], { id: 7, when: new Date(7) } as never);
  invalidateTags('user:1');
  caches().map((definition) => [definition.name, definition.stats()]);
  memoize((n: number) => n, { ttl: 5 })(1);
  await setImmediate();
}
clearAll();
for (const { object, name, descriptor } of functions) defineProperty(object, name, descriptor);
console.log(JSON.stringify({ replaced: functions.length, called: [...called].sort(), wrong }));
