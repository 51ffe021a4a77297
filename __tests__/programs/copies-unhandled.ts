import { cacheOf, memoize } from 'memokit';

/** Prints the rejections that nobody has handled, of functions with `copy` and listeners that ignore or throw. */
const unhandled: string[] = [];
process.on('unhandledRejection', (error) => unhandled.push((error as Error).message));

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const failing = (message: string) => async () => {
  await turn();
  throw new Error(message);
};
const caught = (promise: Promise<unknown>) => promise.catch(() => {});

for (const more of [{}, { ttl: '1h', staleIfError: '1h', errorTtl: '1h' }] as const) {
  const options = { copy: (value: unknown) => value as never, on: { hit() {}, miss() {}, error() {} }, ...more };
  const get = memoize(failing('handled'), options);
  await Promise.all([caught(get()), caught(get())]);
  await caught(get());

  const angry = (): never => {
    throw new Error('a listener');
  };
  const told = memoize(failing('of no caller'), { ...options, on: { hit: angry, miss: angry } });
  for (let i = 0; i < 3; i++) {
    try {
      await told();
    } catch {}
  }
  await turn();

  const broken = memoize(async () => 1, {
    ...options,
    on: { hit() {}, evict() {} },
    copy: () => {
      throw new Error('no copy');
    },
  });
  await caught(broken());
  await caught(broken());
  // Inspection makes promises for which nobody need wait.
  cacheOf(broken).peek();
  for (const _ of cacheOf(broken).entries());
  for (const _ of cacheOf(broken));
  cacheOf(broken).clear();
  await turn();
}
memoize(failing('ignored by its caller'), { copy: (value: unknown) => value as never })();
await turn();
await turn();
console.log(JSON.stringify(unhandled));
