import { Redis as Redis5 } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import Valkey from 'iovalkey';
import type { IoredisLike, NodeRedisLike, RedisClient, RedisStore } from 'memokit/redis';
import { createClient as createClient6 } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { until } from './until.js';

/** A client, and how it is closed. */
export interface Client {
  readonly client: RedisClient;
  /** Sends one command. */
  command(...args: string[]): Promise<unknown>;
  close(): void;
}

/** What the clients of all three packages have. The compiler would take half a minute to compare their classes. */
interface Ioredis extends IoredisLike {
  call(command: string, ...args: string[]): Promise<unknown>;
  disconnect(): void;
}

interface NodeRedis extends NodeRedisLike {
  destroy(): void;
}

const ofIoredis = (client: Ioredis): Client => ({
  client,
  command: (name, ...args) => client.call(name!, ...args),
  close: () => client.disconnect(),
});

const ofNodeRedis = (client: NodeRedis): Client => {
  client.on('error', () => {});
  return {
    client,
    command: (...args) => client.sendCommand(args),
    close: () => client.isOpen && client.destroy(),
  };
};

/** Makes clients of every package and version that memokit takes, by name. */
export const CLIENTS: Record<string, (port: number) => Client> = {
  'ioredis 5': (port) => ofIoredis(new Redis5({ port, lazyConnect: true })),
  'ioredis 6': (port) => ofIoredis(new Redis6({ port, lazyConnect: true })),
  iovalkey: (port) => ofIoredis(new Valkey({ port, lazyConnect: true })),
  'node-redis 5': (port) => ofNodeRedis(createClient5({ url: `redis://127.0.0.1:${port}` })),
  'node-redis 6': (port) => ofNodeRedis(createClient6({ url: `redis://127.0.0.1:${port}` })),
};

/** Has a store connect, and waits until it is told what others invalidate. */
export async function ready(store: RedisStore): Promise<RedisStore> {
  await store.read([{ namespace: '', key: '' }]);
  await until(() => store.state.isBlind === false && store.state.status === 'working', 'the channel');
  return store;
}
