/**
 * The cells of a fleet: processes that share results on a server of Redis or Valkey, which is started, killed and frozen
 * here. All are left out of a full run, as they need the server.
 */
import { sharedOf } from '../contenders/shared.mjs';
import { pause, withServer } from '../fleet/server.mjs';
import { withFleet } from '../fleet/workers.mjs';
import { race } from '../race.mjs';
import { median } from '../statistics.mjs';

/** Rows that are read in turn where hits are measured, and reads at once of the second tier. */
const ROWS = 1000;
const AT_ONCE = 50;

/** What is done before the race, as each contender has too few turns for V8 to optimize all that a hit takes. */
const WARM_UP = 20_000;

const PROCESSES = 4;
const CALLERS = 50;
const LONG = 300;

export function fleetCells(builds) {
  const contenders = sharedOf(builds);
  const names = contenders.map(({ name }) => name);
  const base = { limit: names[0], names, isExtra: true };
  const paths = builds.map(({ name, path }) => ({ name, path }));
  const hits = (name, runner) => ({
    ...base,
    family: 'fleet, hits',
    name,
    groups: [names],
    measure: (group, rounds) =>
      withServer(({ port }) =>
        race(
          contenders.filter((one) => group.includes(one.name)).map((one, index) => runner(one, port, index)),
          rounds,
        ),
      ),
  });
  const fleet = (family, unit) => (name, count, settings, amountOf) => ({
    ...base,
    family,
    name,
    unit,
    groups: names.map((one) => [one]),
    measure: ([name]) =>
      withServer((server) =>
        withFleet(
          count,
          { name, builds: paths, port: server.port, ttl: LONG, ...settings },
          async (workers, database) => [{ name, amount: await amountOf(workers, database, server) }],
        ),
      ),
  });
  const counts = fleet('fleet, counts', '');
  const times = fleet('fleet, reads', 'ms');
  const local = { isLocal: true };
  return [
    hits('first tier', inMemory),
    hits('second tier, 50 at once', onServer),
    counts('loads, 4 processes × 50 callers on a cold key', PROCESSES, {}, coldLoads),
    counts('loads, a hot key for 5 s in 4 processes, ttl 1 s', PROCESSES, { ttl: 1 }, hotLoads),
    counts('stale, of 10 invalidated during their load', 2, {}, staleOfLoads),
    counts('stale 1.5 s after the subscription was cut, of 5', 2, {}, staleOfBlip),
    counts('newer values overwritten by a frozen process, of 2', 3, {}, overwritten),
    times('server killed for 2 s: median', 1, local, async ([worker], _, server) =>
      median(await whileKilled(worker, server)),
    ),
    times('server killed for 2 s: slowest', 1, local, async ([worker], _, server) =>
      max(await whileKilled(worker, server)),
    ),
    times('server frozen for 2 s: slowest', 1, local, async ([worker], _, server) =>
      max(await whileFrozen(worker, server)),
    ),
  ];
}

const max = (times) => Math.max(...times);
const rowOf = (id) => ({ id, name: `row ${id}`, price: id / 4 });
const sumOfIds = (from, count) => {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += i % ROWS;
  return sum;
};

/** A runner of hits, one after the other or so many at once. */
function runnerOf({ name, library, open }, settings, atOnce) {
  let cache;
  let next = 0;
  let runs = 0;
  const load = async (id) => {
    runs++;
    return rowOf(Number(id));
  };
  const turn = async (count) => {
    const end = next + count;
    let sum = 0;
    const readOn = async () => {
      while (next < end) {
        const { id } = await cache.get(next++ % ROWS);
        sum += id;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, readOn));
    return sum;
  };
  return {
    name,
    least: atOnce,
    async prepare() {
      cache = await open({ ...settings, load, ttl: LONG, library: await library() });
      await cache.get(0);
      await pause(300);
      await turn(ROWS);
      await pause(300);
      await turn(WARM_UP);
      runs = 0;
    },
    turn,
    check: (sum, count) => runs === 0 && sum === sumOfIds(next - count, count),
  };
}

const inMemory = (contender, port) => runnerOf(contender, { port, most: ROWS, isInMemory: true }, 1);

/** The first tier has one entry, and another row is asked for each time. */
const onServer = (contender, port) => runnerOf(contender, { port, most: 1 }, AT_ONCE);

async function coldLoads(workers, database) {
  await Promise.all(workers.map((worker) => worker.ask('crowd', 'cold', CALLERS)));
  return database.loads('cold');
}

async function hotLoads(workers, database) {
  await Promise.all(workers.map((worker) => worker.ask('readOne', 'hot', 5000)));
  return database.loads('hot');
}

/** By the process that loads, and by the other, in turn. */
async function staleOfLoads([one, other], database) {
  database.delay = 60;
  let stale = 0;
  for (let round = 0; round < 10; round++) {
    const id = `row ${round}`;
    const loading = one.ask('read', id);
    await pause(25);
    database.set(id, 2);
    await (round % 2 === 0 ? one : other).ask('remove', id);
    await loading;
    await pause(50);
    if ((await one.ask('read', id)) === 1) stale++;
  }
  return stale;
}

async function staleOfBlip([deaf, other], database, server) {
  const ids = Array.from({ length: 5 }, (_, index) => `row ${index}`);
  for (const id of ids) await deaf.ask('read', id);
  await pause(100);
  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  for (const id of ids) database.set(id, 2);
  await Promise.all(ids.map((id) => other.ask('remove', id)));
  await pause(1500);
  const versions = await Promise.all(ids.map((id) => deaf.ask('read', id)));
  return versions.filter((version) => version === 1).length;
}

/** It loads, is stopped, and goes on after another process has loaded what is newer. */
async function overwritten([frozen, next, third], database) {
  let count = 0;
  for (const id of ['one', 'two']) {
    database.delay = 200;
    const loading = frozen.ask('read', id);
    await pause(100);
    frozen.signal('SIGSTOP');
    await pause(400);
    database.delay = 20;
    database.set(id, 2);
    await next.ask('remove', id);
    await next.ask('read', id);
    frozen.signal('SIGCONT');
    await loading;
    await pause(200);
    if ((await third.ask('read', id)) === 1) count++;
  }
  return count;
}

async function whileKilled(worker, server) {
  const reading = await readers(worker);
  await server.kill();
  await pause(2000);
  await server.start();
  return reading();
}

async function whileFrozen(worker, server) {
  const reading = await readers(worker);
  server.signal('SIGSTOP');
  await pause(2000);
  server.signal('SIGCONT');
  return reading();
}

/** Begins to read, for a little longer than the server is away. */
async function readers(worker) {
  await worker.ask('readMany', 300);
  const times = worker.ask('readMany', 2200);
  await pause(100);
  return () => times;
}
