import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { cacheOf, memoize } from 'memokit';
import { type RedisClient, type RedisStore, type RedisStoreOptions, redisStore } from 'memokit/redis';
import type { LeaseAnswer, StoreEvent, StoreKey } from 'memokit/store';
import { createClient } from 'redis';
import { describeWithServer } from '../support/describe-with-server.js';
import { freePort } from '../support/free-port.js';
import { CLIENTS, ready } from '../support/redis-clients.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** What redisStore does beside the contract, in this process and on a real server. */

jest.setTimeout(30_000);

const KEY: StoreKey = { namespace: 'n', key: 'k' };

describeWithServer('redisStore', () => {
  let server: RedisServer;
  let admin: Redis;
  let closings: (() => unknown)[] = [];
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis({ port: server.port });
  });
  afterEach(async () => {
    for (const close of closings) await close();
    closings = [];
    await admin.flushall();
  });
  afterAll(async () => {
    admin.disconnect();
    await server.end();
  });

  const open = (options: RedisStoreOptions = {}, more: object = {}): RedisStore => {
    const client = new Redis({ port: server.port, lazyConnect: true, ...more });
    const store = redisStore(client, options);
    closings.push(
      () => store.close(),
      () => client.disconnect(),
    );
    return store;
  };
  const put = async (store: RedisStore, key: StoreKey, ttl = 1000, tags: string[] = []) => {
    const answer = await store.lease(key, 1000);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    return store.fill(answer.lease, { value: Uint8Array.of(1), ttl, tags });
  };

  test('neither the making of a store nor that of a cached function connects', async () => {
    for (const make of Object.values(CLIENTS)) {
      const { client, close } = make(await freePort());
      const store = redisStore(client);
      memoize(async () => 1, { store, name: 'unused' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect('isOpen' in client ? client.isOpen : client.status !== 'wait').toBe(false);
      expect(store.state).toEqual({ status: 'working', error: undefined, failures: 0, isBlind: true });
      await store.close();
      close();
    }
  });

  test('the reads of one tick are one command of the server', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => index);
    const rows = async (tags: string[]) => {
      const options = { opTimeout: '5s' } as const;
      const [one, other] = [await ready(open(options)), await ready(open(options))];
      const load = async (id: number) => id;
      const [fill, read] = [one, other].map((store) => memoize(load, { store, name: `rows of ${tags}`, tags }));
      await Promise.all(ids.map((id) => fill!(id)));
      await admin.config('RESETSTAT');
      expect(await Promise.all(ids.map((id) => read!(id)))).toEqual(ids);
      expect(cacheOf(read!).stats().storeHits).toBe(200);
      return admin.info('commandstats');
    };
    expect(await rows([])).toContain('cmdstat_mget:calls=1,');
    // The tags of entries are known when they are there, and are read after them, all together.
    expect(await rows(['a', 'b'])).toContain('cmdstat_mget:calls=2,');
  });

  test('a mark that was set during a load and then evicted fences the load, as the clock names it', async () => {
    const store = await ready(open());
    const lease = async () => {
      const answer = await store.lease(KEY, 1000);
      if (answer.kind !== 'taken') throw new Error(answer.kind);
      return answer.lease;
    };
    const value = Uint8Array.of(1);
    const tags = ['a b', 'ü\n1'];
    const many = Array.from({ length: 100 }, (_, index) => `tag ${index}`);
    const evict = (...names: string[]) => admin.del(...names.map((each) => `{memokit}:v1.${each}`));
    const lost: [string, () => Promise<unknown>][] = [
      ['tag:a b', () => store.invalidate({ tags: ['a b'] })],
      ['tag:ü%000a1', () => store.invalidate({ tags: ['ü\n1', 'other'] }, 'expire')],
      ['namespace:n', () => store.invalidate({ namespace: 'n' })],
      // The clock has no room for all that was set since, or was evicted too.
      ['tag:a b', () => store.invalidate({ tags: ['a b', ...many] })],
      ['clock', () => store.invalidate({ tags: ['a b'] }).then(() => evict('tag:a b'))],
    ];
    for (const [mark, invalidate] of lost) {
      await admin.del('{memokit}:v1.tag:a b');
      const held = await lease();
      await invalidate();
      expect([mark, await evict(mark)]).toEqual([mark, 1]);
      expect([mark, await store.fill(held, { value, ttl: 1000, tags })]).toEqual([mark, 'fenced']);
      expect([mark, await store.fill(await lease(), { value, ttl: 1000, tags })]).toEqual([mark, 'stored']);
      await store.invalidate({ keys: [KEY] });
    }
  });

  test('what is invalidated during the first load of a tag does not fence it, unless it is that tag', async () => {
    const store = await ready(open());
    await store.invalidate({ tags: ['new'] });
    const answer = await store.lease(KEY, 1000);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    await admin.del('{memokit}:v1.tag:new');
    for (let count = 0; count < 20; count++) {
      await store.invalidate({ keys: [{ ...KEY, key: `${count}` }] });
      await store.invalidate({ tags: [`${count}`] });
    }
    expect(await store.fill(answer.lease, { value: Uint8Array.of(1), ttl: 1000, tags: ['new'] })).toBe('stored');
  });

  test('every key has a ttl, and those of a client with a prefix have the prefix', async () => {
    const store = open({}, { keyPrefix: 'app:' });
    await put(store, KEY, Infinity, ['a', '\0\n%#', 'x'.repeat(500)]);
    await put(store, { ...KEY, key: 'long'.repeat(100) }, 1e300);
    await store.invalidate({ namespace: 'n' }, 'expire');
    await store.lease({ ...KEY, key: 'held' }, 1000);
    const keys = await admin.keys('*');
    expect(keys.length).toBe(8);
    for (const key of keys) {
      expect(key).toMatch(/^app:\{memokit\}:v1/);
      expect(Buffer.byteLength(key)).toBeLessThan(260);
      expect(await admin.pttl(key)).toBeGreaterThan(0);
    }
    expect((await store.read([{ ...KEY, key: 'long'.repeat(100) }]))[0]?.isExpired).toBe(true);
  });

  test('the trace of a lease is told to those that wait for it, and no entry has it', async () => {
    const [store, other] = [await ready(open({ opTimeout: '5s' })), await ready(open({ opTimeout: '5s' }))];
    const traces = [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, undefined, 'two words', 'x'.repeat(65)];
    for (const [index, trace] of traces.entries()) {
      const key = { ...KEY, key: `traced ${index}` };
      const taken = (await store.lease(key, 5000, undefined, trace)) as LeaseAnswer & { kind: 'taken' };
      const held = (await other.lease(key, 5000)) as LeaseAnswer & { kind: 'held' };
      expect([held.kind, held.trace]).toEqual(['held', index === 0 ? trace : undefined]);
      expect(await store.renew(taken.lease, 5000)).toBe(true);
      expect(await store.fill(taken.lease, { value: new Uint8Array(1), ttl: 5000, tags: [] })).toBe('stored');
      expect((await other.read([key]))[0]!.token).toMatch(/^[a-z\d]+$/);
    }
  });

  test('a lease that the server gives when nobody waits for it any more is given back', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const [store, other] = [await ready(open({ opTimeout: 100 })), await ready(open({ opTimeout: '5s' }))];
    server.freeze();
    expect(await store.lease(KEY, 60_000)).toEqual({ kind: 'unavailable' });
    expect(store.state.status).toBe('failing');
    server.thaw();
    await until(async () => (await other.lease(KEY, 1000)).kind === 'taken', 'the lease');
    expect(warn.mock.calls.length).toBe(1);
    warn.mockRestore();
  });

  test('listeners are told when the state has changed', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const store = open({ opTimeout: 100 });
    const states: string[] = [];
    const stop = store.onState(({ status, isBlind }) => states.push(`${status} ${isBlind}`));
    await ready(store);
    server.freeze();
    await store.read([KEY]);
    server.thaw();
    await until(async () => {
      await store.read([KEY]);
      return store.state.status === 'working';
    }, 'the server');
    expect(states).toEqual(['working false', 'failing false', 'working false']);
    stop();
    warn.mockRestore();
  });

  test('a subscription that is lost, or that missed a message, has listeners distrust what they have', async () => {
    const [store, other] = [await ready(open({ opTimeout: 50, checkInterval: 200 })), await ready(open())];
    const events: StoreEvent['kind'][] = [];
    store.subscribe(({ kind }) => events.push(kind));
    await admin.client('KILL', 'TYPE', 'pubsub');
    await until(() => events.includes('distrust'), 'the loss');
    await until(() => store.state.isBlind === false, 'the channel');
    events.length = 0;
    await admin.set('{memokit}:v1.clock', '9000000000000000', 'PX', 100_000);
    await until(() => events.includes('distrust'), 'the check');
    events.length = 0;
    await other.invalidate({ keys: [KEY] });
    await until(() => events.includes('invalidated'), 'the message');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(events).toEqual(['invalidated']);
  });

  test('a client that is closed and opened again hears of invalidations again, and not twice', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const other = await ready(open({ opTimeout: '5s' }));
    const redis = new Redis({ port: server.port, lazyConnect: true });
    const nodeRedis = createClient({ url: `redis://127.0.0.1:${server.port}` }).on('error', () => {});
    const closed: [RedisClient, () => unknown, () => unknown][] = [
      [redis, () => redis.disconnect(), () => redis.disconnect()],
      [nodeRedis, () => nodeRedis.close(), () => nodeRedis.destroy()],
    ];
    for (const [client, close, end] of closed) {
      const store = await ready(redisStore(client, { opTimeout: '5s' }));
      closings.push(() => store.close(), end);
      const events: StoreEvent['kind'][] = [];
      store.subscribe(({ kind }) => events.push(kind));
      await close();
      await until(() => store.state.isBlind === true, 'the end of the client');
      expect(events).toEqual(['distrust']);
      await (client as Redis).connect();
      await ready(store);
      events.length = 0;
      await other.invalidate({ keys: [KEY] });
      await until(() => events.length > 0, 'the message');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(events).toEqual(['invalidated']);
    }
    warn.mockRestore();
  });

  test('messages of strangers are ignored', async () => {
    const store = await ready(open());
    const events: StoreEvent[] = [];
    store.subscribe((event) => events.push(event));
    for (const text of ['', 'filled:', 'filled:{', '1:2:x:remove:', '1:2:x:remove:nothing', 'a:b', '1:2']) {
      await admin.publish('{memokit}:v1.events', text);
    }
    await admin.publish('{memokit}:v1.events', 'filled:["n","k"]');
    await until(() => events.length > 0, 'the last message');
    expect(events).toEqual([{ kind: 'filled', key: KEY }]);
  });

  test('what is no client, and an option that does not fit, is refused', () => {
    const client = new Redis({ lazyConnect: true });
    expect(() => redisStore({} as never)).toThrow('redisStore: expected a client of ioredis, iovalkey or node-redis');
    expect(() => redisStore(client, { prefix: 'a{b}' })).toThrow('prefix: expected a text without braces');
    expect(() => redisStore(client, { opTimeout: 0 })).toThrow('opTimeout: expected a number above 0');
    expect(() => redisStore(client, { ttl: 1 } as never)).toThrow('options: expected prefix opTimeout');
  });
});
