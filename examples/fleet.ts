import { color } from './color.js';
import { WorkerProcess } from './fleet/process.js';
import { Server } from './fleet/server.js';
import { check, heading, note, queries } from './schema-service/report.js';

/**
 * An example: four processes that share one cache on a real server of Redis or Valkey, which it starts itself. It shows one
 * load for all four, an invalidation that reaches all, and the server killed and back, and fails unless all of that is so.
 *
 *     npx tsx examples/fleet.ts
 */
process.stdout.on('error', () => {});

const PROCESSES = 4;
const CALLERS = 50;

/** The database: prices, and how often it was asked. */
const prices = new Map([['tea', 5]]);
let asked = 0;

async function query(id: string): Promise<number> {
  asked++;
  await pause(30);
  return prices.get(id) ?? 1;
}

const server = await Server.find();
if (server === undefined) {
  console.log('This example needs redis-server or valkey-server on the PATH, and has found neither. To install one:');
  for (const command of ['apt-get install redis-server', 'dnf install valkey', 'brew install valkey']) note(command);
} else {
  await main(server);
}

async function main(server: Server): Promise<void> {
  await server.start();
  const workers = Array.from({ length: PROCESSES }, () => new WorkerProcess(server.port, query));
  try {
    await Promise.all(workers.map(({ started }) => started));
    note(`${server.version}, ${PROCESSES} processes`);
    await show(server, workers);
  } finally {
    for (const worker of workers) worker.end();
    await server.end();
  }
}

async function show(server: Server, workers: readonly WorkerProcess[]): Promise<void> {
  let start = 0;
  const tell = (what: string) =>
    note(`${color.dim(`${((performance.now() - start) / 1000).toFixed(2).padStart(5)} s`)}  ${what}`);
  const all = <T>(name: string, ...args: unknown[]) =>
    Promise.all(workers.map((worker) => worker.ask<T>(name, ...args)));
  const [first, second] = workers as [WorkerProcess, WorkerProcess];
  /** The queries that something makes. */
  const asking = async <T>(run: Promise<T>) => {
    const before = asked;
    return { result: await run, count: asked - before };
  };
  const areShared = async () => (await all<boolean>('isShared')).every(Boolean);

  await until(async () => {
    await all('read', 'water');
    return areShared();
  });
  start = performance.now();

  heading('One load for four processes');
  tell(`${PROCESSES} processes × ${CALLERS} callers ask for the price of tea, which nobody has yet`);
  const crowd = await asking(all<number[]>('crowd', 'tea', CALLERS));
  tell(`all have it, after ${queries(crowd.count)}`);
  check(crowd.count === 1, `${PROCESSES * CALLERS} callers made 1 query`);
  check(crowd.result.flat().join() === '5,5,5,5', 'all of them were given the same price, 5');
  const again = await asking(all<number>('read', 'tea'));
  check(again.count === 0, 'each process has it in its memory now: 0 queries');

  heading('An invalidation that reaches all');
  prices.set('tea', 6);
  tell('the price is changed to 6 in the database, and process 1 forgets it');
  const delivery = await first.ask<string>('forget', 'tea');
  tell(`delivered() says: ${delivery}`);
  await pause(50);
  const changed = await asking(all<number>('read', 'tea'));
  tell(`the processes read ${changed.result.join(', ')}`);
  check(delivery === 'delivered' && changed.result.join() === '6,6,6,6', 'all processes read the new price');
  check(changed.count === 1, 'they made 1 query, all together');

  heading('The server is killed');
  const reading = workers.map((worker, index) => worker.ask<Reading>('readFor', 1500, `while it is down ${index}`));
  await pause(300);
  await server.kill();
  tell('SIGKILL, while each process reads');
  await pause(300);
  prices.set('tea', 7);
  const journaled = await second.ask<string>('forget', 'tea');
  tell(`the price is changed to 7, and process 2 forgets it; delivered() says: ${journaled}`);
  check(journaled === 'journaled', 'the invalidation is kept until the server is back');
  check((await second.ask('read', 'tea')) === 7, 'process 2 reads the new price at once');
  const all4 = await Promise.all(reading);
  const sum = (of: (one: Reading) => number) => all4.reduce((total, one) => total + of(one), 0);
  const worst = Math.max(...all4.map((one) => one.worst));
  tell(`${sum(({ reads }) => reads)} reads, the slowest took ${worst.toFixed(0)} ms, of which a query takes 30`);
  check(sum(({ errors }) => errors) === 0, 'no caller was given an error');

  heading('The server is back, and empty');
  await server.start();
  tell('it is started');
  await until(async () => {
    await all('read', `${performance.now()}`);
    return areShared();
  });
  tell('all processes use it again');
  await until(async () => (await second.ask('delivered')) === 'delivered');
  await pause(50);
  const after = await all<number>('read', 'tea');
  tell(`the processes read ${after.join(', ')}`);
  check(after.join() === '7,7,7,7', 'what process 2 has forgotten meanwhile has reached all');
  const shared = await asking(all<number[]>('crowd', 'coffee', CALLERS));
  check(shared.count === 1, `${PROCESSES * CALLERS} callers of another price made 1 query`);
}

interface Reading {
  readonly reads: number;
  readonly errors: number;
  readonly worst: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something is so, for ten seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await pause(20)) if (await isSo()) return;
}
