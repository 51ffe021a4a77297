/**
 * A process of a fleet: it reads rows of the database of its parent through a shared cache, and does what its parent asks.
 * Its argument is `{ name, builds, port, ttl, isLocal }` as JSON; it loads rows by itself if `isLocal`.
 */
import { sharedOf } from '../contenders/shared.mjs';
import { pause } from './server.mjs';

const { name, builds, port, ttl, isLocal } = JSON.parse(process.argv[2]);

let last = 0;
const waiting = new Map();
const ask = (load) =>
  new Promise((resolve) => {
    waiting.set(++last, resolve);
    process.send({ id: last, load });
  });

const contender = sharedOf(builds).find((one) => one.name === name);
const load = isLocal ? async (id) => ({ id, version: 1 }) : ask;
const library = await contender.library();
const cache = await contender.open({ port, load, ttl, most: 1000, library });

/** The milliseconds that a read takes; an error is one of the database or of the cache, and takes as long. */
async function timeOf(id) {
  const start = performance.now();
  await cache.get(id).catch(() => {});
  return performance.now() - start;
}

const tasks = {
  read: async (id) => (await cache.get(id)).version,
  crowd: (id, callers) => Promise.all(Array.from({ length: callers }, () => cache.get(id))).then(() => true),
  remove: (id) => Promise.resolve(cache.remove(id)).then(() => true),
  /** Reads one row again and again. */
  async readOne(id, ms) {
    for (const end = performance.now() + ms; performance.now() < end; ) {
      await cache.get(id);
      await pause(2);
    }
  },
  /** Begins to read a new row every few milliseconds, whatever becomes of those before it. Gives the times of all. */
  async readMany(ms) {
    const times = [];
    for (const end = performance.now() + ms; performance.now() < end; ) {
      times.push(timeOf(`row ${times.length}`));
      await pause(5);
    }
    return Promise.all(times);
  },
};

process.on('message', async ({ id, task, args, row }) => {
  if (task === undefined) {
    waiting.get(id)(row);
    waiting.delete(id);
  } else process.send({ id, answer: await tasks[task](...args) });
});
process.on('disconnect', () => process.exit());
process.on('unhandledRejection', () => {});

await cache.get('warm');
process.send({ id: 0 });
