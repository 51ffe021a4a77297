import { cacheOf, memoize } from 'memokit';

/** Prints the kind and the message of each uncaught error. */
process.on('uncaughtException', ({ message }, kind) => console.log(`${kind}: ${message}`));

const fail = (message: string) => () => {
  throw new Error(message);
};

const put = memoize(async (n: number) => n, { capacity: 1, on: { evict: fail('evict') } });
await put(1);
cacheOf(put).put([2], Promise.resolve(2));
await put(2);

const weighed = memoize(async (n: number) => n, { weigh: fail('weigh') });
cacheOf(weighed).put([1], Promise.resolve(1));
cacheOf(weighed).put([2], Promise.reject(new Error('of its maker')));
await new Promise((resolve) => setTimeout(resolve, 5));

const judged = memoize(async () => 1, { when: (async () => fail('when')()) as never });
await judged().catch(() => {});

let now = 0;
let isDown = false;
const source = async () => {
  if (isDown) throw new Error('down');
};
const stale = memoize(source, {
  ttl: 1,
  staleWhileRevalidate: 1,
  clock: () => now,
  on: { error: fail('error') },
});
await stale();
now = 1;
isDown = true;
await stale();
