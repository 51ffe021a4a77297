import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { storeContract } from 'memokit/testing';
import { describeInLongRuns } from '../support/describe-with-server.js';
import { CLUSTER_CLIENTS } from '../support/redis-clients.js';
import { startCluster } from '../support/redis-cluster.js';
import type { RedisServer } from '../support/redis-server.js';
import { outcomeOf, storesOver } from '../support/stores-over.js';

jest.setTimeout(60_000);

// A cluster takes seconds to start.
describeInLongRuns('redisStore over a cluster', () => {
  let nodes: RedisServer[];
  let turn = 0;
  beforeAll(async () => {
    nodes = await startCluster(3);
  });
  afterAll(async () => {
    for (const node of nodes) await node.end();
  });

  for (const name of Object.keys(CLUSTER_CLIENTS)) {
    const make = () => storesOver(() => CLUSTER_CLIENTS[name]!(nodes[turn++ % 3]!.port));

    // One after another, as some cases are about time, and a client of a cluster takes much of it to connect.
    test.each(storeContract(make))(`a client of ${name} keeps the contract: $name`, async ({ name, run }) => {
      expect(await run()).toBe(outcomeOf(name));
    });
  }
});
