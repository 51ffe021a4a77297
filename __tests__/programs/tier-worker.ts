/**
 * A process of a fleet. It loads rows of a database, which is another server, by way of a shared store, and does what its
 * parent asks by messages. Arguments: the port of the store, the port of the database, and options as JSON.
 */
import { Cluster, Redis } from 'ioredis';
import { cacheOf, invalidateTags, memoize } from 'memokit';
import { type RedisClient, redisStore } from 'memokit/redis';

const [port, databasePort, given] = process.argv.slice(2) as [string, string, string];
const { store: storeOptions, clockOffset = 0, cluster, ...options } = JSON.parse(given);

const { now } = Date;
Date.now = () => now() + clockOffset;

const database = new Redis({ port: Number(databasePort) });
const [client, disconnect] = cluster === 'node-redis' ? await nodeRedis() : ioredis();
const store = redisStore(client, { leaseMs: 1000, opTimeout: 1000, ...storeOptions });

/** A client of a cluster. Its package is large, and few processes need it. */
async function nodeRedis(): Promise<[client: RedisClient, disconnect: () => void]> {
  // Its names are not known before it runs, as it is no ES module.
  const { createCluster } = (await import('redis')).default;
  const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
  client.on('error', () => {});
  return [client as unknown as RedisClient, () => client.isOpen && client.destroy()];
}

/** A client of one server, or of a cluster. */
function ioredis(): [client: RedisClient, disconnect: () => void] {
  const retryStrategy = () => 100;
  const client =
    cluster === 'ioredis'
      ? new Cluster([{ host: '127.0.0.1', port: Number(port) }], { clusterRetryStrategy: retryStrategy })
      : new Redis({ port: Number(port), retryStrategy });
  if (cluster) client.on('error', () => {});
  return [client, () => client.disconnect()];
}

let delay = 0;
let isFailing = false;
let onLoad = () => {};

interface Row {
  readonly version: number;
  readonly by: number;
}

const load = memoize(
  async (key: string): Promise<Row> => {
    const [, version] = await Promise.all([database.incr(`loads:${key}`), database.get(`version:${key}`)]);
    onLoad();
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (isFailing) throw new Error('the database fails');
    return { version: Number(version), by: process.pid };
  },
  { store, name: 'rows', ttl: 60_000, tags: (_: unknown, key: string) => [`row:${key}`], ...options },
);

const outcomeOf = async (call: Promise<Row>) => {
  try {
    return `version ${(await call).version}`;
  } catch (error) {
    return `error ${(error as Error).message}`;
  }
};

/** What a parent may ask for. */
const tasks = {
  get: async (key: string) => outcomeOf(load(key)),
  /** Begins a load, and answers when the method runs. */
  begin(key: string) {
    const result = new Promise<void>((resolve) => (onLoad = resolve));
    begun = outcomeOf(load(key));
    return result;
  },
  end: async () => begun,
  /** Calls so many times at once. Gives the outcomes that differ. */
  async crowd(key: string, count: number) {
    const outcomes = await Promise.all(Array.from({ length: count }, () => outcomeOf(load(key))));
    return [...new Set(outcomes)];
  },
  /** Reads all keys. Gives the outcomes that differ. */
  async getAll(keys: string[]) {
    return [...new Set(await Promise.all(keys.map((key) => outcomeOf(load(key)))))];
  },
  async remove(key: string) {
    cacheOf(load)!.delete(key);
    return cacheOf(load)!.delivered();
  },
  /** Removes so many keys that there are not, and then others. Gives the delivery. */
  async removeAll(spare: number, keys: string[]) {
    for (let index = 0; index < spare; index++) cacheOf(load)!.delete(`spare:${index}`);
    for (const key of keys) cacheOf(load)!.delete(key);
    return cacheOf(load)!.delivered();
  },
  async removeTag(tag: string) {
    invalidateTags(tag);
    return cacheOf(load)!.delivered();
  },
  /** Invalidates so many tags that no row has, and then others. Gives the delivery. */
  async removeTags(spare: number, tags: string[]) {
    for (let index = 0; index < spare; index++) invalidateTags(`spare:${index}`);
    invalidateTags(...tags);
    return cacheOf(load)!.delivered();
  },
  delivered: async () => cacheOf(load)!.delivered(),
  /** Reads different keys one after another for some time. Gives how long the calls took, and errors. */
  async readFor(ms: number, slowMs = 100) {
    const times: number[] = [];
    let errors = 0;
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const start = performance.now();
      if ((await outcomeOf(load(`key${times.length % 50}:${Math.floor(start / 100)}`))).startsWith('error')) errors++;
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const sorted = times.sort((one, other) => other - one);
    const slow = sorted.filter((time) => time > slowMs).length;
    return { errors, calls: times.length, slow, worst: sorted[0], p99: sorted[Math.floor(times.length / 100)] };
  },
  set(settings: { delay?: number; isFailing?: boolean }) {
    delay = settings.delay ?? delay;
    isFailing = settings.isFailing ?? isFailing;
  },
  state: async () => ({ ...store.state, error: String(store.state.error) }),
  stats: async () => ({ ...cacheOf(load)!.stats }),
  /** Ends without waiting for anything. */
  leave: async () => {
    load('left').catch(() => {});
    disconnect();
    database.disconnect();
    process.disconnect();
  },
};

let begun: Promise<string> = Promise.resolve('');

process.on('message', async ({ id, name, args }: { id: number; name: keyof typeof tasks; args: unknown[] }) => {
  const answer = await (tasks[name] as (...args: unknown[]) => unknown)(...args);
  if (process.connected) process.send!({ id, answer });
});
process.on('disconnect', () => {
  disconnect();
  database.disconnect();
});

outcomeOf(load('warm')).then(() => process.send!({ id: 0 }));
