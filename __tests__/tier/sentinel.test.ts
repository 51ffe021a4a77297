import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { cacheOf, memoize } from 'memokit';
import { redisStore } from 'memokit/redis';
import { storeContract } from 'memokit/testing';
import { describeWithServer } from '../support/describe-with-server.js';
import { ready, SENTINEL_CLIENTS } from '../support/redis-clients.js';
import { SENTINEL_NAME, type Sentinel, startSentinel } from '../support/redis-sentinel.js';
import { outcomeOf, storesOver } from '../support/stores-over.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

/** All clients in long runs, and one in short ones, as each takes seconds to start. */
const NAMES = process.env.TEST_LONG ? Object.keys(SENTINEL_CLIENTS) : ['ioredis 5'];

describeWithServer.each(NAMES)('redisStore over a sentinel, by a client of %s', (client) => {
  let sentinel: Sentinel;
  beforeAll(async () => {
    sentinel = await startSentinel();
  });
  afterAll(() => sentinel?.end());

  const open = () => SENTINEL_CLIENTS[client]!(sentinel.port, SENTINEL_NAME);

  if (process.env.TEST_LONG) {
    // One after another, as some cases are about time, and clients of sentinels take much of it to connect.
    test.each(storeContract(() => storesOver(open)))('keeps the contract: $name', async ({ name, run }) => {
      expect(await run()).toBe(outcomeOf(name));
    });
  }

  test('a failover costs no caller an error, leaves nothing stale, and the tier is used again', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const rows = new Map<string, number>();
    let loads = 0;
    const make = async () => {
      const { client, close } = open();
      const store = await ready(redisStore(client, { opTimeout: 500 }));
      const load = memoize(
        async (key: string) => {
          loads++;
          return rows.get(key) ?? 0;
        },
        { store, name: 'rows', ttl: '1m' },
      );
      return { store, close, load, cache: cacheOf(load) };
    };
    const [one, other] = [await make(), await make()];
    const keys = Array.from({ length: 20 }, (_, index) => `key${index}`);
    const readAll = (by: typeof one) => Promise.all(keys.map((key) => by.load(key)));
    await readAll(one);
    await readAll(other);
    expect(loads).toBe(keys.length);

    await sentinel.primary.kill();
    let isOver = false;
    const failedOver = sentinel.failedOver().then(() => (isOver = true));
    let version = 0;
    while (!isOver) {
      const key = keys[version++ % keys.length]!;
      rows.set(key, version);
      one.cache.delete(key);
      expect(await one.load(key)).toBe(version);
      await readAll(other);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await failedOver;
    expect(version).toBeGreaterThan(0);

    for (const { store, load } of [one, other]) {
      await until(async () => {
        await load(`${Math.random()}`);
        return store.state.status === 'working' && store.state.isBlind === false;
      }, 'the tier');
    }
    await until(async () => (await one.cache.delivered()) === 'delivered', 'the journal');
    // What others invalidated is told by a message, which may be on its way.
    await until(async () => `${await readAll(other)}` === `${keys.map((key) => rows.get(key) ?? 0)}`, 'the new values');
    expect(await readAll(one)).toEqual(keys.map((key) => rows.get(key) ?? 0));
    loads = 0;
    await one.load('after');
    await other.load('after');
    expect(loads).toBe(1);
    for (const { store, close } of [one, other]) {
      await store.close();
      close();
    }
    warn.mockRestore();
  });
});
