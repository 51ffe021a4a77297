import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Cluster } from 'ioredis';
import { Cluster as Cluster6 } from 'ioredis-6';
import { type RedisClient, redisStore } from 'memokit/redis';
import { storeContract } from 'memokit/testing';
import { createCluster } from 'redis';
import { describeInLongRuns } from '../support/describe-with-server.js';
import { ready } from '../support/redis-clients.js';
import { startCluster } from '../support/redis-cluster.js';
import type { RedisServer } from '../support/redis-server.js';

jest.setTimeout(60_000);

/** Clients of a cluster, by name. */
const CLIENTS: Record<string, (port: number) => [client: RedisClient, close: () => void]> = {
  'a cluster of ioredis 5': (port) => {
    const client = new Cluster([{ host: '127.0.0.1', port }], { lazyConnect: true });
    return [client, () => client.disconnect()];
  },
  'a cluster of ioredis 6': (port) => {
    const client = new Cluster6([{ host: '127.0.0.1', port }], { lazyConnect: true });
    return [client, () => client.disconnect()];
  },
  'a cluster of node-redis 6': (port) => {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    client.on('error', () => {});
    return [client as unknown as RedisClient, () => client.isOpen && client.destroy()];
  },
};

// A cluster takes seconds to start.
describeInLongRuns.each(Object.keys(CLIENTS))('redisStore over %s', (name) => {
  let nodes: RedisServer[];
  beforeAll(async () => {
    nodes = await startCluster(3);
  });
  afterAll(async () => {
    for (const node of nodes) await node.end();
  });

  let stores = 0;
  const make = async () => {
    const prefix = `test${stores++}`;
    const closings: (() => void)[] = [];
    const open = () => {
      const [client, close] = CLIENTS[name]!(nodes[stores % 3]!.port);
      closings.push(close);
      return ready(redisStore(client, { prefix, opTimeout: '5s' }));
    };
    const [store, other] = [await open(), await open()];
    return {
      store,
      other,
      advance: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      fail: () => closings[0]!(),
      dispose: () => {
        for (const close of closings) close();
      },
    };
  };

  // One after another, as some cases are about time, and a client of a cluster takes much of it to connect.
  test.each(storeContract(make))('keeps the contract: $name', async ({ name, run }) => {
    const isMissing = /answer at once|set back/.test(name);
    expect(await run()).toBe(isMissing ? 'skipped' : 'passed');
  });
});
