import { type CachedOptions, cached, invalidateTags, memoize } from 'memokit';
import { request, withRequestCache } from 'memokit/request';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many results are alive while 100 requests run, and after they have ended, though a timer of each goes on in its
 * async context. Prints it too for instances that were dropped while their request runs. Needs --expose-gc.
 */
const results: WeakRef<object>[] = [];

/** A large result, to which the program has a weak reference. */
function result(id: number): object {
  const made = { id, text: 'x'.repeat(100) };
  results.push(new WeakRef(made));
  return made;
}

class Tasks {
  @cached({ per: request, ttl: 1e6, idle: 1e6, tags: (id: number) => [`task:${id}`] })
  find(id: number): object {
    return result(id);
  }
}

const tasks = new Tasks();
const find = memoize(result, { per: request });
const findLater = memoize(async (id: number) => result(id), {
  per: request,
  ttl: 1e6,
  staleIfError: 1e6,
  refreshAhead: 0.5,
});
const findMany = memoize.many(async (ids: readonly number[]) => ids.map(result), { per: request } as CachedOptions<
  [number],
  Promise<object>
>);

let end!: () => void;
const ended = new Promise<void>((resolve) => (end = resolve));
let ticks = 0;
const timers: NodeJS.Timeout[] = [];
const all = Array.from({ length: 100 }, (_, id) =>
  withRequestCache(async () => {
    // The context of the request lasts as long as the timer.
    timers.push(setInterval(() => ticks++, 1));
    tasks.find(id);
    find(id);
    await findLater(id);
    await findMany(id);
    await ended;
  }),
);
await collect();
const during = alive(results);
end();
await Promise.all(all);
await collect();
const after = alive(results);
invalidateTags('task:1');

const instances = await withRequestCache(async () => {
  const dropped = Array.from({ length: 100 }, () => {
    const made = new Tasks();
    made.find(1);
    return new WeakRef<object>(made);
  });
  await collect();
  return alive(dropped);
});

const wereTicking = ticks > 0;
for (const timer of timers) clearInterval(timer);
console.log(JSON.stringify({ gc: typeof globalThis.gc, during, after, instances, wereTicking }));
