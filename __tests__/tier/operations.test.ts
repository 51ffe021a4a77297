import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { cacheOf, invalidateTags, memoize } from 'memokit';
import { redisStore } from 'memokit/redis';
import { storeContract } from 'memokit/testing';
import { createClient } from 'redis';
import { describeWithServer } from '../support/describe-with-server.js';
import { type Client, ready } from '../support/redis-clients.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { run as runProgram } from '../support/run.js';
import { outcomeOf, storesOver } from '../support/stores-over.js';
import { until } from '../support/until.js';

/** What docs/shared-tier.md says under "Operations". */

jest.setTimeout(60_000);

/** The rules of the page for the user of a store with a prefix. */
const page = readFileSync('docs/shared-tier.md', 'utf8');
const RULES = /^ACL SETUSER memokit (.*)$/m.exec(page)![1]!.split(' ');

describeWithServer('the user of a store, as the page has it', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis({ port: server.port });
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.end();
  });

  const withPrefix = (prefix: string) => RULES.map((rule) => rule.replace('{memokit}', `{${prefix}}`));
  const setUser = (prefix: string, ...more: string[]) =>
    admin.call('ACL', 'SETUSER', 'memokit', 'reset', ...withPrefix(prefix), ...more);
  const user = { username: 'memokit', password: 'secret' };

  const open: Record<string, () => Client> = {
    ioredis() {
      const client = new Redis({ port: server.port, ...user, lazyConnect: true });
      return { client, command: async () => undefined, close: () => client.disconnect() };
    },
    'node-redis'() {
      const client = createClient({ url: `redis://127.0.0.1:${server.port}`, ...user });
      client.on('error', () => {});
      return { client, command: async () => undefined, close: () => client.isOpen && client.destroy() };
    },
  };

  for (const [name, make] of Object.entries(open)) {
    test(`does all that a store does by ${name}`, async () => {
      await setUser('test*');
      const wrong: string[] = [];
      const run = async ({ name, run }: ReturnType<typeof storeContract>[number]) => {
        const outcome = await run().catch(String);
        if (outcome !== outcomeOf(name)) wrong.push(`${name}: ${outcome}`);
      };
      // Many at once are too busy with connecting to be exact about times.
      const cases = storeContract(() => storesOver(make)).filter(({ name }) => !/ ends | lasts/.test(name));
      for (let at = 0; at < cases.length; at += 10) await Promise.all(cases.slice(at, at + 10).map(run));
      expect(wrong).toEqual([]);
      await setUser('other');
      const { client, close } = make();
      const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
      const store = redisStore(client, { prefix: 'test' });
      expect(await store.lease({ namespace: 'n', key: 'k' }, 1000)).toEqual({ kind: 'unavailable' });
      expect(String(store.state.error)).toContain('NOPERM');
      await store.close();
      close();
      warn.mockRestore();
    });
  }

  test('has no right that the store can do without', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const rights = RULES.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
    const needless: string[] = [];
    // ioredis asks for `info` when it connects, and warns where it may not.
    for (const right of rights.filter((right) => right !== 'info')) {
      await admin.flushall();
      await admin.script('FLUSH');
      await setUser('memokit', `-${right}`);
      const { client, close } = open.ioredis!();
      const store = redisStore(client, { opTimeout: '2s', pingInterval: 50 });
      const isFine = await worksWhole(store).catch(() => false);
      if (isFine) needless.push(right);
      await store.close();
      close();
    }
    expect(needless).toEqual([]);
    await setUser('memokit');
    const { client, close } = open.ioredis!();
    const store = redisStore(client, { opTimeout: '2s', pingInterval: 50 });
    expect(await worksWhole(store)).toBe(true);
    await store.close();
    close();
    warn.mockRestore();
  });

  /** Whether all that a store does is done. */
  async function worksWhole(store: ReturnType<typeof redisStore>): Promise<boolean> {
    const key = { namespace: 'n', key: 'k' };
    const entry = { value: Uint8Array.of(1), tags: ['a'] };
    const wasBlind: boolean[] = [];
    store.onState(({ isBlind = false }) => wasBlind.push(isBlind));
    for (const ttl of [1000, 5000]) {
      const answer = await store.lease(key, 1000);
      if (answer.kind !== 'taken') return false;
      if ((await store.lease(key, 1000)).kind !== 'held') return false;
      if (!(await store.renew(answer.lease, 1000))) return false;
      if ((await store.fill(answer.lease, { ...entry, ttl })) !== 'stored') return false;
      if ((await store.read([key]))[0]?.isExpired !== false) return false;
      if (!(await store.invalidate({ keys: [key] }, 'expire'))) return false;
      if ((await store.read([key]))[0]?.isExpired !== true) return false;
      if (!(await store.invalidate({ keys: [key] }))) return false;
    }
    if (!(await store.invalidate({ tags: ['a'] }))) return false;
    const answer = await store.lease(key, 1000);
    if (answer.kind !== 'taken') return false;
    await store.release(answer.lease);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return `${wasBlind}` === 'false' && store.state.failures === 0;
  }
});

describeWithServer('a server whose memory is full', () => {
  let server: RedisServer;
  let admin: Redis;
  const closings: (() => unknown)[] = [];
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis({ port: server.port });
  });
  afterEach(async () => {
    for (const close of closings.splice(0)) await close();
    await admin.config('SET', 'maxmemory', '0');
    await admin.flushall();
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.end();
  });

  const others = ['volatile-ttl', 'allkeys-lfu', 'allkeys-random', 'noeviction'];
  test.each(['allkeys-lru', 'volatile-lru', ...(process.env.TEST_LONG ? others : [])])(
    'serves nothing stale under %s, whatever it evicts',
    async (policy) => {
      const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
      const versions = new Map<string, number>();
      const make = async () => {
        const client = new Redis({ port: server.port, lazyConnect: true });
        const store = redisStore(client, { opTimeout: '5s' });
        closings.push(
          () => store.close(),
          () => client.disconnect(),
        );
        const load = memoize(async (key: string) => `${versions.get(key) ?? 0} ${'x'.repeat(1000)}`, {
          store,
          name: `rows.${policy}`,
          ttl: '1h',
          capacity: 20,
          tags: (_: unknown, key: string) => [`row:${key}`, 'rows'],
        });
        await ready(store);
        return { load, cache: cacheOf(load) };
      };
      const [one, other] = [await make(), await make()];
      const memory = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))![1]);
      await admin.config('SET', 'maxmemory-policy', policy);
      await admin.config('SET', 'maxmemory', `${memory + 300_000}`);
      let stale = 0;
      for (let round = 0; round < 50; round++) {
        const keys = Array.from({ length: 20 }, (_, index) => `key${(round * 7 + index * 13) % 500}`);
        await Promise.all(keys.flatMap((key) => [one.load(key), other.load(key)]));
        const written = keys.filter((_, index) => index % 4 === 0);
        for (const key of written) versions.set(key, (versions.get(key) ?? 0) + 1);
        const by = round % 2 === 0 ? one : other;
        if (round % 3 === 0) invalidateTags(...written.map((key) => `row:${key}`));
        else for (const key of written) by.cache.delete(key);
        // Under noeviction the server refuses fills, and is then not used for a second.
        const delivery = await by.cache.delivered();
        if (policy !== 'noeviction') expect(delivery).toBe('delivered');
        for (const key of written) {
          if ((await by.load(key)).split(' ')[0] !== `${versions.get(key)}`) stale++;
        }
      }
      await admin.config('SET', 'maxmemory', '0');
      const isNew = async (by: typeof one, key: string) =>
        (await by.load(key)).split(' ')[0] === `${versions.get(key) ?? 0}`;
      await until(async () => {
        const all = Array.from({ length: 500 }, (_, index) => `key${index}`);
        const fits = await Promise.all(all.flatMap((key) => [isNew(one, key), isNew(other, key)]));
        return fits.every(Boolean);
      }, 'the newest values');
      expect(stale).toBe(0);
      const evicted = Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))![1]);
      if (policy !== 'noeviction') expect(evicted).toBeGreaterThan(0);
      await admin.config('RESETSTAT');
      warn.mockRestore();
    },
  );
});

describeWithServer('a process', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.end());

  test.each(['ioredis', 'node-redis'])('the subscription of a client of %s keeps no process alive', (client) => {
    const { status, stdout, stderr } = runProgram(
      '__tests__/programs/open-store.ts',
      {},
      [],
      [client, `${server.port}`],
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'listening\n', stderr: '' });
  });
});
