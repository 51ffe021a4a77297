import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { storeContract } from 'memokit/testing';
import { describeWithServer } from '../support/describe-with-server.js';
import { CLIENTS } from '../support/redis-clients.js';
import { type RedisServer, SERVER_PROGRAMS, startServer } from '../support/redis-server.js';
import { outcomeOf, storesOver } from '../support/stores-over.js';

jest.setTimeout(30_000);

/** All clients on the first server that the machine has, and its own client on the other; in long runs all on both. */
const RUNS = (SERVER_PROGRAMS.length === 0 ? ['no server'] : SERVER_PROGRAMS).flatMap((program, index) =>
  (index === 0 || process.env.TEST_LONG ? Object.keys(CLIENTS) : ['iovalkey']).map((name) => ({ name, program })),
);

if (!SERVER_PROGRAMS.includes('valkey-server')) {
  console.warn('NOT TESTED: redisStore on Valkey, as this machine has no valkey-server');
}

describeWithServer.each(RUNS)('redisStore over $name on $program', ({ name, program }) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startServer(program);
  });
  afterAll(() => server.end());

  const make = () => storesOver(() => CLIENTS[name]!(server.port));

  test.concurrent.each(storeContract(make))('keeps the contract: $name', async ({ name, run }) => {
    expect(await run()).toBe(outcomeOf(name));
  });
});
