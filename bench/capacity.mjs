/**
 * What the shared tier costs its server, and how soon an invalidation has reached other processes:
 * `npm run build && node bench/capacity.mjs`. Prints the tables of docs/shared-tier.md.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { cacheOf, memoize } from '../dist/index.js';
import { redisStore } from '../dist/redis.js';
import { machine } from './machine.mjs';
import { pause, withServer } from './speed/fleet/server.mjs';

const ENTRIES = 5000;
const ROUNDS = 500;

/** A function over the store on a port, with what ends it. */
function open(port, load, options = {}) {
  const client = new Redis({ port });
  let requests = 0;
  const { sendCommand } = client;
  client.sendCommand = (...args) => {
    requests++;
    return sendCommand.apply(client, args);
  };
  const store = redisStore(client, { opTimeout: '5s' });
  const read = memoize(load, { store, name: 'users.load', ttl: '1h', capacity: 100, ...options });
  const close = async () => {
    await store.close();
    client.disconnect();
  };
  return { read, close, store, cache: cacheOf(read), requests: () => requests };
}

const listening = async (store) => {
  while (store.state.isBlind) await pause(5);
};

if (process.argv[2] === 'reader') await readUntilToldOtherwise(Number(process.argv[3]));
else await withServer(measure);

/** A process that reads one key each millisecond. It answers each message with the time of its last read of an older version. */
async function readUntilToldOtherwise(port) {
  const database = new Redis({ port });
  const { read, close, store } = open(port, async () => Number(await database.get('version')));
  let isOver = false;
  let newest = 0;
  /** When each version was last read. */
  const last = new Map();
  process.on('message', (version) => {
    if (version === 'end') isOver = true;
    else process.send(last.get(version - 1) ?? 0);
  });
  await read('key');
  await listening(store);
  process.send('ready');
  while (!isOver) {
    newest = await read('key');
    last.set(newest, now());
    if (last.size > 10) last.delete(last.keys().next().value);
    await pause(1);
  }
  database.disconnect();
  await close();
  process.disconnect();
}

/** The milliseconds of the machine's monotonic clock, which all processes share. */
function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function measure(server) {
  const admin = new Redis({ port: server.port });
  console.log(machine(), '\n');
  await memory(admin, server.port);
  await commands(admin, server.port);
  await connections(admin, server.port);
  await delay(admin, server.port);
  admin.disconnect();
}

function numberOf(info, name) {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)[1]);
}

/** The memory of the server per entry, by the bytes of the text that a method gives. */
async function memory(admin, port) {
  console.log('| text in an entry | bytes of the server, without tags | with 2 tags of its own | with 2 shared tags |');
  console.log('| --: | --: | --: | --: |');
  for (const size of [100, 1000, 10_000]) {
    const row = [];
    for (const tags of [undefined, (_, id) => [`user:${id}`, `team:${id}`], () => ['users', 'teams']]) {
      await admin.flushall();
      const { read, close } = open(port, async () => 'x'.repeat(size), { tags });
      await read(-1);
      const before = numberOf(await admin.info('memory'), 'used_memory_dataset');
      for (let id = 0; id < ENTRIES; id += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, index) => read(id + index)));
      }
      while ((await admin.dbsize()) < ENTRIES) await pause(10);
      await pause(100);
      row.push(Math.round((numberOf(await admin.info('memory'), 'used_memory_dataset') - before) / ENTRIES));
      await close();
    }
    console.log(`| ${size.toLocaleString('en')} | ${row.map((bytes) => bytes.toLocaleString('en')).join(' | ')} |`);
  }
}

/** What one call sends to the server, and what the server publishes. */
async function commands(admin, port) {
  console.log(
    '\n| one call | requests | bytes to the server | bytes from it, without a value read | messages published |',
  );
  console.log('| --- | --: | --: | --: | --: |');
  const value = 'x'.repeat(1000);
  const [one, other] = [open(port, async () => value), open(port, async () => value)];
  // The server has each script then, and nothing in memory is distrusted.
  for (const { read, store, cache } of [one, other]) {
    await read('warm');
    await listening(store);
    await read('warm');
    cache.delete('warm');
    await cache.delivered();
  }
  await pause(200);
  await one.read('warm');
  const info = () => admin.call('INFO', 'all');
  await info();
  const counted = async (title, run, entries = 0) => {
    const before = await info();
    const requestsBefore = one.requests() + other.requests();
    await run();
    await pause(20);
    const requests = one.requests() + other.requests() - requestsBefore;
    const after = await info();
    const rise = (name) => numberOf(after, name) - numberOf(before, name);
    const published = (text) => Number(/^cmdstat_publish:calls=(\d+)/m.exec(text)?.[1] ?? 0);
    const out = rise('total_net_output_bytes') - Buffer.byteLength(before) - entries;
    const cells = [requests, rise('total_net_input_bytes'), out, published(after) - published(before)];
    console.log(`| ${title} | ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`);
  };
  await counted('a hit in memory', () => one.read('warm'));
  await counted('a miss: the method runs, the entry is stored', () => one.read('new'));
  await counted('a hit on the server', () => other.read('new'), value.length);
  await counted('an invalidation of a key', () => {
    one.cache.delete('new');
    return one.cache.delivered();
  });
  await one.close();
  await other.close();
}

async function connections(admin, port) {
  await pause(500);
  const before = numberOf(await admin.call('INFO', 'clients'), 'connected_clients');
  const { read, close, store } = open(port, async () => 1);
  await read('connections');
  await listening(store);
  const after = numberOf(await admin.call('INFO', 'clients'), 'connected_clients');
  console.log(`\nConnections of a process: ${after - before}, yours and one that listens.`);
  await close();
}

/** The time from `delivered` to the last read of the older version in two other processes. */
async function delay(admin, port) {
  await admin.flushall();
  await admin.set('version', 0);
  const readers = [0, 1].map(() => fork(new URL(import.meta.url), ['reader', `${port}`]));
  await Promise.all(readers.map((reader) => once(reader, 'message')));
  const { close, store, cache, read } = open(port, async () => Number(await admin.get('version')));
  await read('key');
  await listening(store);
  const delays = [];
  for (let version = 1; version <= ROUNDS; version++) {
    await pause(5 + (version % 7));
    await admin.set('version', version);
    cache.delete('key');
    const delivery = await cache.delivered();
    const at = now();
    if (delivery !== 'delivered') throw new Error(delivery);
    await pause(30);
    for (const reader of readers) {
      reader.send(version);
      const [last] = await once(reader, 'message');
      delays.push(Math.max(0, last - at));
    }
  }
  for (const reader of readers) reader.send('end');
  await close();
  delays.sort((one, other) => one - other);
  const at = (part) => delays[Math.min(delays.length - 1, Math.floor(delays.length * part))].toFixed(2);
  console.log(
    `\nFrom \`delivered\` to the last older read in another process, ${delays.length} times: median ${at(0.5)} ms, ` +
      `p99 ${at(0.99)} ms, longest ${at(1)} ms.`,
  );
}
