/**
 * A process that uses a store on disk beside others. Arguments: the directory, what to do, and a number. It prints a line for
 * each thing that it has done, and begins to act when it gets a line.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { open } from 'lmdb';
import { diskStore } from 'memokit/disk';
import type { StoreKey } from 'memokit/store';
import { loadThrough } from '../support/load-through.js';

const [directory = '', task = '', figure = '0'] = process.argv.slice(2);
const LEASE_MS = 500;
const KEY = { namespace: 'slow@1', key: 'cold' };
const store = diskStore(directory, {
  maxBytes: '20MB',
  coherence: task === 'watch' || task === 'answer' ? Number(figure) : 100,
  leaseMs: LEASE_MS,
});
const lines = createInterface(process.stdin);
const say = (...words: unknown[]) => process.stdout.write(`${words.join(' ')}\n`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

say('ready');
await once(lines, 'line');

const TASKS: Record<string, () => Promise<void>> = {
  /** Many callers of one key, which share one load in this process. */
  async load() {
    let loads = 0;
    const load = async () => {
      loads++;
      await sleep(Number(figure));
      return `loaded by ${process.pid}`;
    };
    let flight: Promise<string> | undefined;
    const get = () => (flight ??= loadThrough(store, KEY, LEASE_MS, load));
    const values = new Set(await Promise.all(Array.from({ length: 50 }, get)));
    say('loads', loads);
    say('values', ...values);
  },

  /** A load that never ends, and renews its lease. */
  async hang() {
    await loadThrough(store, KEY, LEASE_MS, async () => {
      say('loading');
      return new Promise<string>(() => {});
    });
  },

  /** A load that is frozen and woken by the parent, and whose lease is not renewed. */
  async freeze() {
    const answer = await store.lease(KEY, LEASE_MS);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    say('loading');
    await once(lines, 'line');
    say('fill', await store.fill(answer.lease, { value: Buffer.from('old'), ttl: Infinity, tags: [] }));
  },

  /** Reads a value from its memory as long as it may, and says when it has learnt that it is out of date. */
  async watch() {
    let memory: string | undefined;
    store.subscribe(() => (memory = undefined));
    for (let round = 0; ; round++) {
      store.poll();
      memory ??= await read();
      // Each value is the time at which it became the right one.
      if (memory !== undefined && memory !== last) say('seen', memory, Date.now() - Number(memory));
      last = memory;
      if (round % 10 === 0) await sleep(1);
    }
  },

  /** Fills keys with values that tell whether they are whole, and says which fill was acknowledged. */
  async write() {
    for (let fill = 0; ; fill++) {
      const key = { namespace: 'kills@1', key: `${Math.floor(Math.random() * 50)}` };
      const [entry] = await store.read([key]);
      const answer = await store.lease(key, LEASE_MS, entry?.token);
      if (answer.kind !== 'taken') continue;
      const body = `${key.key} ${process.pid}.${fill} ${'x'.repeat(Math.floor(Math.random() * 9000))}`;
      const value = Buffer.from(`${createHash('sha256').update(body).digest('hex')} ${body}`);
      const outcome = await store.fill(answer.lease, { value, ttl: Infinity, tags: [] });
      if (outcome === 'stored') say('stored', key.key, `${process.pid}.${fill}`);
      await sleep(0);
    }
  },

  /** Fills so many distinct keys, and says how large the file and the process are after each tenth. */
  async many() {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const most = Number(figure);
    // A short run reaches the bound with fewer, longer values.
    const longest = most > 100_000 ? 400 : 1600;
    for (let index = 1; index <= most; index++) {
      fill({ namespace: 'many@1', key: `${index}` }, 'x'.repeat(index % longest));
      // LMDB sets a timer for each read, and they end in a turn of the event loop.
      if (index % 100 === 0) await sleep(0);
      if (index % (most / 10) > 0) continue;
      // What is released by a timer or a finalizer is gone at the second time.
      for (let round = 0; round < 2; round++) {
        await sleep(20);
        collect();
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      say('size', statSync(`${directory}/data.mdb`).size, heapUsed + external, rss);
    }
    say('state', JSON.stringify(store.state));
  },

  /** Asks for the same results as each run before it, some of them invalidated, some of them ending soon. */
  async work() {
    let loads = 0;
    for (let index = 0; index < Number(figure); index++) {
      const key = { namespace: 'work@1', key: `${index}` };
      if (index % 10 === 0) store.invalidateSync({ keys: [key] });
      if (store.readSync([key])[0]) continue;
      loads++;
      fill(key, 'x'.repeat(500), index % 10 === 5 ? 50 : Infinity);
    }
    say('worked', loads, statSync(`${directory}/data.mdb`).size);
  },

  /** Reads the value in its memory at each line, and says it. */
  async answer() {
    let memory: string | undefined;
    store.subscribe(() => (memory = undefined));
    lines.on('line', async () => {
      store.poll();
      memory ??= await read();
      say('answer', memory);
    });
    await once(lines, 'close');
  },

  /** Keeps a processor busy, and the store. */
  async burden() {
    for (let index = 0; ; index++) {
      fill({ namespace: 'burden@1', key: `${process.pid} ${index % 1000}` }, 'x'.repeat(2000));
      if (index % 20 === 0) await sleep(0);
    }
  },

  /** Opens a view of the store and does not end it, as a process does that is killed while it reads. */
  async view() {
    const tables = open(directory, { encoding: 'binary', keyEncoding: 'binary', noSubdir: false });
    tables.useReadTransaction();
    tables.getKeysCount();
    say('viewing');
    await once(lines, 'close');
  },
};

/** Fills a key at once. */
function fill(key: StoreKey, text: string, ttl = Infinity): void {
  const answer = store.leaseSync(key, LEASE_MS, store.readSync([key])[0]?.token);
  if (answer.kind !== 'taken') throw new Error(`the lease is ${answer.kind}`);
  const outcome = store.fillSync(answer.lease, { value: Buffer.from(text), ttl, tags: [] });
  // A busy machine may have let the lease end.
  if (outcome === 'fenced') fill(key, text, ttl);
  else if (outcome !== 'stored') throw new Error(`the fill is ${outcome}`);
}

let last: string | undefined;

async function read(): Promise<string | undefined> {
  const [entry] = await store.read([KEY]);
  return entry && Buffer.from(entry.value).toString();
}

await TASKS[task]!();
await store.close();
lines.close();
