import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { redisStore } from 'memokit/redis';
import { storeContract } from 'memokit/testing';
import { describeWithServer } from '../support/describe-with-server.js';
import { CLIENTS, type Client, ready } from '../support/redis-clients.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

jest.setTimeout(30_000);

describeWithServer.each(Object.keys(CLIENTS))('redisStore over %s', (name) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.end());

  let stores = 0;
  const make = async () => {
    const prefix = `test${stores++}`;
    const clients: Client[] = [];
    const open = () => {
      const client = CLIENTS[name]!(server.port);
      clients.push(client);
      // The cases are about what a store does, not about how busy the machine is.
      return ready(redisStore(client.client, { prefix, opTimeout: '5s' }));
    };
    const [store, other] = [await open(), await open()];
    return {
      store,
      other,
      // A timer may be a fraction of a millisecond early by the clock of the server.
      advance: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms + 2)),
      fail: () => clients[0]!.close(),
      dispose: () => {
        for (const { close } of clients) close();
      },
    };
  };

  test.concurrent.each(storeContract(make))('keeps the contract: $name', async ({ name, run }) => {
    const isMissing = /answer at once|set back/.test(name);
    expect(await run()).toBe(isMissing ? 'skipped' : 'passed');
  });
});
