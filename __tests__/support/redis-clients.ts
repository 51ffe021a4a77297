import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis';
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6';
import Valkey, { Cluster as ValkeyCluster } from 'iovalkey';
import type { IoredisLike, NodeRedisLike, RedisClient, RedisStore } from 'memokit/redis';
import {
  createClient as createClient6,
  createCluster as createCluster6,
  createSentinel as createSentinel6,
} from 'redis';
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis-5';
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

const ofCluster = (client: Cluster5 | Cluster6 | InstanceType<typeof ValkeyCluster>): Client => {
  client.on('error', () => {});
  return { client, command: (name, ...args) => client.call(name!, ...args), close: () => client.disconnect() };
};

/** What the clients of clusters and of sentinels of both versions of node-redis have. */
interface Nodes {
  readonly isOpen: boolean;
  on(event: string, listener: () => void): unknown;
  destroy(): unknown;
  sendCommand(...args: unknown[]): Promise<unknown>;
}

const ofNodes = (client: Nodes, ...before: unknown[]): Client => {
  client.on('error', () => {});
  return {
    client: client as unknown as RedisClient,
    command: (...args) => client.sendCommand(...before, args),
    close: () => client.isOpen && client.destroy(),
  };
};

/** Makes clients of a cluster, given the port of a node. */
export const CLUSTER_CLIENTS: Record<string, (port: number) => Client> = {
  'ioredis 5': (port) => ofCluster(new Cluster5([{ host: '127.0.0.1', port }], { lazyConnect: true })),
  'ioredis 6': (port) => ofCluster(new Cluster6([{ host: '127.0.0.1', port }], { lazyConnect: true })),
  iovalkey: (port) => ofCluster(new ValkeyCluster([{ host: '127.0.0.1', port }], { lazyConnect: true })),
  'node-redis 5': (port) =>
    ofNodes(
      createCluster5({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] }) as unknown as Nodes,
      undefined,
      false,
    ),
  'node-redis 6': (port) =>
    ofNodes(
      createCluster6({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] }) as unknown as Nodes,
      undefined,
      false,
    ),
};

/** Makes clients of the primary that a sentinel names, given the port of the sentinel. */
export const SENTINEL_CLIENTS: Record<string, (port: number, name: string) => Client> = {
  'ioredis 5': (port, name) =>
    ofIoredis(new Redis5({ sentinels: [{ host: '127.0.0.1', port }], name, lazyConnect: true })),
  'ioredis 6': (port, name) =>
    ofIoredis(new Redis6({ sentinels: [{ host: '127.0.0.1', port }], name, lazyConnect: true })),
  iovalkey: (port, name) =>
    ofIoredis(new Valkey({ sentinels: [{ host: '127.0.0.1', port }], name, lazyConnect: true })),
  'node-redis 5': (port, name) =>
    ofNodes(createSentinel5({ name, sentinelRootNodes: [{ host: '127.0.0.1', port }] }) as unknown as Nodes, false),
  'node-redis 6': (port, name) =>
    ofNodes(createSentinel6({ name, sentinelRootNodes: [{ host: '127.0.0.1', port }] }) as unknown as Nodes, false),
};

/** Has a store connect, and waits until it is told what others invalidate. */
export async function ready(store: RedisStore): Promise<RedisStore> {
  await store.read([{ namespace: '', key: '' }]);
  await until(() => store.state.isBlind === false && store.state.status === 'working', 'the channel');
  return store;
}
