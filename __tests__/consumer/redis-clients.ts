import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis';
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6';
import Valkey, { Cluster as ValkeyCluster } from 'iovalkey';
import { redisStore } from 'memokit/redis';
import { createClient, createCluster, createSentinel } from 'redis';
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis-5';

/** The clients of every package, by their own types: of a server, of a cluster, and of sentinels. */

const nodes = [{ host: 'a', port: 1 }];
export const stores = [
  redisStore(new Redis5()),
  redisStore(new Redis6()),
  redisStore(new Valkey()),
  redisStore(new Redis5({ sentinels: nodes, name: 'shop' })),
  redisStore(new Cluster5(nodes)),
  redisStore(new Cluster6(nodes)),
  redisStore(new ValkeyCluster(nodes)),
  redisStore(createClient()),
  redisStore(createClient5()),
  redisStore(createCluster({ rootNodes: [] })),
  redisStore(createCluster5({ rootNodes: [] })),
  redisStore(createSentinel({ name: 'shop', sentinelRootNodes: nodes })),
  redisStore(createSentinel5({ name: 'shop', sentinelRootNodes: nodes })),
];
