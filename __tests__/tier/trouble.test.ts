import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeWithServer } from '../support/describe-with-server.js';
import { Fleet, pause, stateOf, type Worker } from '../support/fleet.js';
import { startRedis } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

/** The rest of the faults that a fleet meets: a server in trouble, messages that are lost, and values of others. */

// Each wait has a deadline of its own, which says what did not come.
jest.setTimeout(90_000);

describeWithServer('a fleet in trouble', () => {
  let fleet: Fleet;
  let proxy: TcpProxy;
  beforeAll(async () => {
    fleet = await Fleet.start();
    proxy = await TcpProxy.before(fleet.server.port);
  });
  afterEach(async () => {
    Object.assign(proxy, { loses: undefined, delay: 0 });
    proxy.mend();
    await fleet.clear();
  });
  afterAll(async () => {
    proxy.close();
    await fleet.end();
  });

  const entryKey = async (key: string) => {
    const [name] = await fleet.admin.keys(`{memokit}:v1:rows@:*${key}*`);
    return name!;
  };

  /** Calls until the store works for a process. */
  const untilWorking = (worker: Worker) =>
    until(async () => {
      await worker.ask('get', `${Math.random()}`);
      return (await stateOf(worker)).status === 'working';
    }, 'the tier');

  test('an invalidation that arrives before the answer to an older read leaves nothing stale in memory (F5)', async () => {
    const started = [fleet.work(1, {}, proxy.port), fleet.work(1)];
    const [slow, other] = (await Promise.all(started)).flat() as [Worker, Worker];
    for (let round = 0; round < 5; round++) {
      const key = `key${round}`;
      await fleet.write(key, 1);
      await other.ask('get', key);
      proxy.delay = 100;
      const early = slow.ask('get', key);
      await pause(50);
      await fleet.write(key, 2);
      await other.ask('remove', key);
      expect(['version 1', 'version 2']).toContain(await early);
      proxy.delay = 0;
      expect(await slow.ask('get', key)).toBe('version 2');
    }
  });

  test('a message that is lost without a disconnect is noticed by the next one, and by the clock (F9)', async () => {
    const options = { store: { checkInterval: 500, opTimeout: 200 } };
    const started = [fleet.work(1, options, proxy.port), fleet.work(1)];
    const [deaf, other] = (await Promise.all(started)).flat() as [Worker, Worker];
    for (const isFollowed of [true, false]) {
      const key = `key${isFollowed}`;
      await fleet.write(key, 1);
      await deaf.ask('get', key);
      proxy.loses = 'v1.events';
      await fleet.write(key, 2);
      expect(await other.ask('remove', key)).toBe('delivered');
      await pause(50);
      proxy.loses = undefined;
      if (isFollowed) await other.ask('remove', 'another');
      await until(async () => (await deaf.ask('get', key)) === 'version 2', 'the newer value');
    }
  });

  test('a data connection that is cut loses no invalidation, and no caller notices (F10)', async () => {
    const [one, other] = (await fleet.work(2)) as [Worker, Worker];
    for (let round = 0; round < 5; round++) {
      const key = `key${round}`;
      await fleet.write(key, 1);
      for (const worker of [one, other]) await worker.ask('get', key);
      await fleet.admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await fleet.write(key, 2);
      await one.ask('remove', key);
      expect(await one.ask('get', key)).toBe('version 2');
      await until(async () => (await one.ask('delivered')) === 'delivered', 'the delivery');
      await until(async () => (await other.ask('get', key)) === 'version 2', 'the newer value');
    }
  });

  const errors: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['READONLY', () => fleet.admin.replicaof('127.0.0.1', 1), () => fleet.admin.replicaof('NO', 'ONE')],
    ['OOM', () => fleet.admin.config('SET', 'maxmemory', '1'), () => fleet.admin.config('SET', 'maxmemory', '0')],
    ['WRONGTYPE', () => fleet.admin.lpush('{memokit}:v1.clock', '1'), () => fleet.admin.del('{memokit}:v1.clock')],
    [
      'BUSY',
      async () => {
        await fleet.admin.config('SET', 'busy-reply-threshold', '50');
        const busy = fleet.admin.duplicate();
        busy.eval('while true do end', 0).catch(() => busy.disconnect());
        await pause(200);
      },
      () => fleet.admin.call('SCRIPT', 'KILL'),
    ],
  ];
  test.each(errors)(
    'a server that answers %s costs no caller an error, and is used again (F11)',
    async (name, begin, end) => {
      const [worker] = (await fleet.work(1)) as [Worker];
      if (name === 'WRONGTYPE') await fleet.admin.del('{memokit}:v1.clock');
      // What fails here must not leave the server in trouble for the tests that follow.
      try {
        await begin();
        await fleet.write('key', 1);
        expect(await worker.ask('get', 'key')).toBe('version 1');
        expect((await stateOf(worker)).status).toBe('failing');
        expect((await stateOf(worker)).error).toMatch(new RegExp(`${name}|MISCONF|OOM`));
      } finally {
        await end();
      }
      await untilWorking(worker);
      await until(async () => {
        const key = `again${Math.random()}`;
        await worker.ask('get', key);
        return (await entryKey(key)) !== undefined;
      }, 'a fill');
    },
  );

  test('a server that answers LOADING costs no caller an error, and is used again (F11)', async () => {
    const server = await startRedis('--enable-debug-command', 'yes');
    const admin = new Redis({ port: server.port });
    try {
      const [worker] = (await fleet.work(1, {}, server.port)) as [Worker];
      await fleet.write('key', 1);
      // It reads 1,000 keys with a rest of 2 ms after each, and meanwhile answers after each.
      await admin.eval("for i = 1, 1000 do redis.call('SET', 'junk' .. i, string.rep('x', 1000)) end", 0);
      await admin.config('SET', 'key-load-delay', '2000');
      await admin.config('SET', 'loading-process-events-interval-bytes', '1024');
      const loaded = admin.call('DEBUG', 'RELOAD');
      await pause(200);
      expect(await worker.ask('get', 'key')).toBe('version 1');
      expect(await stateOf(worker)).toMatchObject({ status: 'failing', error: expect.stringContaining('LOADING') });
      expect(await worker.ask('crowd', 'another', 50)).toEqual(['version 0']);
      await loaded;
      await untilWorking(worker);
      await worker.ask('get', 'again');
      expect(await admin.keys('{memokit}:v1:rows@:*again*')).toHaveLength(1);
    } finally {
      admin.disconnect();
      await server.end();
    }
  });

  test('an invalidation is done although the server is out of memory, and scripts that it forgot are sent again (F11)', async () => {
    const [one, other] = (await fleet.work(2)) as [Worker, Worker];
    await fleet.write('key', 1);
    for (const worker of [one, other]) await worker.ask('get', 'key');
    await fleet.admin.script('FLUSH');
    await fleet.admin.config('SET', 'maxmemory', '1');
    await fleet.write('key', 2);
    expect(await one.ask('remove', 'key')).toBe('delivered');
    expect(await other.ask('get', 'key')).toBe('version 2');
    expect(await one.ask('removeTag', 'row:key')).toBe('delivered');
    await fleet.admin.config('SET', 'maxmemory', '0');
  });

  test('bytes that are damaged, foreign or of another key are a miss (F12)', async () => {
    const [writer] = (await fleet.work(1)) as [Worker];
    const damages: ((bytes: Buffer) => Buffer)[] = [
      () => Buffer.from('foreign'),
      () => Buffer.alloc(0),
      (bytes) => bytes.subarray(0, bytes.length - 5),
      (bytes) => Buffer.concat([bytes, Buffer.from('more')]),
      (bytes) => Buffer.from(bytes.map((byte, index) => (index === bytes.length - 3 ? byte ^ 255 : byte))),
      (bytes) => Buffer.from(bytes.toString('latin1').replace('["rows@', '["rowz@'), 'latin1'),
      (bytes) => Buffer.from(bytes.toString('latin1').replace('["rows@', '["rows@\\'), 'latin1'),
    ];
    for (const index of damages.keys()) await writer.ask('get', `key${index}`);
    for (const [index, damage] of damages.entries()) {
      const name = await entryKey(`key${index}`);
      await fleet.admin.set(name, damage((await fleet.admin.getBuffer(name))!));
      await fleet.write(`key${index}`, 7);
    }
    const [reader] = (await fleet.work(1)) as [Worker];
    for (const index of damages.keys()) expect(await reader.ask('get', `key${index}`)).toBe('version 7');
    expect((await stateOf(reader)).failures).toBe(0);
  });

  test('a loader that fails is called once for 200 callers, and a stale value stands in for it (F13)', async () => {
    const [strict] = (await fleet.work(1)) as [Worker];
    await strict.ask('set', { isFailing: true, delay: 20 });
    expect(await strict.ask('crowd', 'key', 200)).toEqual(['error the database fails']);
    expect(await fleet.loads('key')).toBe(1);
    const [lenient, other] = (await fleet.work(2, { ttl: 300, staleIfError: 60_000, name: 'lenient' })) as [
      Worker,
      Worker,
    ];
    await fleet.write('stale', 1);
    for (const worker of [lenient, other]) await worker.ask('get', 'stale');
    await pause(400);
    await lenient.ask('set', { isFailing: true, delay: 20 });
    expect(await lenient.ask('crowd', 'stale', 200)).toEqual(['version 1']);
    expect(await fleet.loads('stale')).toBe(2);
  });

  test('a loader that takes too long is called once for 200 callers, and a stale value stands in for it (F13)', async () => {
    const [strict] = (await fleet.work(1, { timeout: 700 })) as [Worker];
    await strict.ask('set', { delay: 60_000 });
    expect(await strict.ask('crowd', 'key', 200)).toEqual([expect.stringMatching(/^error .*700 ms/)]);
    expect(await fleet.loads('key')).toBe(1);
    const options = { timeout: 700, ttl: 300, staleIfError: 60_000, name: 'lenient' };
    const [lenient, other] = (await fleet.work(2, options)) as [Worker, Worker];
    await fleet.write('stale', 1);
    for (const worker of [lenient, other]) await worker.ask('get', 'stale');
    await pause(400);
    await lenient.ask('set', { delay: 60_000 });
    expect(await lenient.ask('crowd', 'stale', 200)).toEqual(['version 1']);
    expect(await fleet.loads('stale')).toBe(2);
    // Its lease was given back, so that another process need not wait for it.
    await fleet.write('stale', 2);
    expect(await other.ask('get', 'stale')).toBe('version 2');
    expect(await fleet.loads('stale')).toBe(3);
  });

  test('after FLUSHALL a load that began before it fills nothing, and what is in memory is read again (F14)', async () => {
    const [one, other] = (await fleet.work(2, { store: { checkInterval: 300, opTimeout: 200 } })) as [Worker, Worker];
    await fleet.write('kept', 1);
    await one.ask('get', 'kept');
    await one.ask('set', { delay: 200 });
    await fleet.write('key', 1);
    await one.ask('begin', 'key');
    await fleet.admin.flushall();
    await fleet.write('key', 2);
    await fleet.write('kept', 2);
    await one.ask('end');
    expect(await other.ask('get', 'key')).toBe('version 2');
    await until(async () => (await one.ask('get', 'kept')) === 'version 2', 'the newer value');
    expect(await one.ask('get', 'key')).toBe('version 2');
  });

  test('wall clocks that differ by minutes change no ttl (F15)', async () => {
    const offsets = [300_000, -300_000];
    const started = offsets.map((clockOffset) => fleet.work(1, { clockOffset, ttl: 1500 }));
    const [fast, slow] = (await Promise.all(started)).flat() as [Worker, Worker];
    const pairs = [[fast, slow, 'a'] as const, [slow, fast, 'b'] as const];
    for (const [one, other, key] of pairs) {
      await fleet.write(key, 1);
      await one.ask('get', key);
      await fleet.write(key, 2);
      expect(await other.ask('get', key)).toBe('version 1');
    }
    await pause(1600);
    for (const [, other, key] of pairs) expect(await other.ask('get', key)).toBe('version 2');
  });

  test.each([
    ['keys', 'removeAll', (key: string) => key, 'rows'],
    // A tag reaches the function of another process, which the one that invalidates does not have.
    ['tags', 'removeTags', (key: string) => `row:${key}`, 'other rows'],
  ])(
    'more invalidations of %s than a journal holds reach the server when it is back, and no process serves what they ended (F16)',
    async (_, task, nameOf, name) => {
      const started = [fleet.work(1, {}, proxy.port), fleet.work(2), fleet.work(1, { name })];
      const workers = (await Promise.all(started)).flat();
      const keys = Array.from({ length: 30 }, (_, index) => `key${index}`);
      const writeAll = (version: number) => Promise.all(keys.map((key) => fleet.write(key, version)));
      await writeAll(1);
      for (const worker of workers) expect(await worker.ask('getAll', keys)).toEqual(['version 1']);
      // The others keep the server, and what is in it.
      proxy.cut();
      await writeAll(2);
      const [one, ...others] = workers as [Worker, ...Worker[]];
      expect(await one.ask(task, 10_000, keys.map(nameOf))).toBe('journaled');
      // The process itself serves nothing old from then on, and does not ask the server either.
      expect(await one.ask('getAll', keys)).toEqual(['version 2']);
      for (const worker of others) expect(await worker.ask('getAll', keys)).toEqual(['version 1']);
      proxy.mend();
      await until(async () => (await one.ask('delivered')) === 'delivered', 'the delivery');
      const versions = async (worker: Worker) => worker.ask<string[]>('getAll', keys);
      for (const worker of others) {
        await until(async () => !(await versions(worker)).includes('version 1'), 'the newer values');
      }
      await Promise.all(workers.map(untilWorking));
      for (const worker of [...workers, ...(await fleet.work(1, { name }))]) {
        expect(await worker.ask('getAll', keys)).toEqual(['version 2']);
      }
    },
  );

  test('a process works without a server, and uses it when it is there (F17)', async () => {
    await fleet.server.kill();
    const [worker] = (await fleet.work(1)) as [Worker];
    await fleet.write('key', 1);
    expect(await worker.ask('get', 'key')).toBe('version 1');
    expect(worker.errors).toMatch(/^memokit: redisStore: .*going on without it/m);
    await fleet.server.start();
    await untilWorking(worker);
    await until(async () => !(await stateOf(worker)).isBlind, 'the channel');
  });

  test('a subscriber that the server gave up, as it was too slow, serves nothing stale (F18)', async () => {
    const [slow, other] = (await fleet.work(2)) as [Worker, Worker];
    await fleet.admin.config('SET', 'client-output-buffer-limit', 'pubsub 1000000 1000000 1');
    await fleet.write('key', 1);
    await slow.ask('get', 'key');
    slow.process.kill('SIGSTOP');
    const junk = 'x'.repeat(1_000_000);
    for (let count = 0; count < 20; count++) await fleet.admin.publish('{memokit}:v1.events', junk);
    await fleet.write('key', 2);
    expect(await other.ask('remove', 'key')).toBe('delivered');
    slow.process.kill('SIGCONT');
    await until(async () => (await slow.ask('get', 'key')) === 'version 2', 'the newer value');
  });

  test('entries of another format have other keys, and are left alone (F19)', async () => {
    await fleet.admin.set('{memokit}:v2:rows@:["key"]', 'of a later version');
    const [worker] = (await fleet.work(1)) as [Worker];
    await fleet.write('key', 1);
    expect(await worker.ask('get', 'key')).toBe('version 1');
    await worker.ask('remove', 'key');
    expect(await fleet.admin.get('{memokit}:v2:rows@:["key"]')).toBe('of a later version');
    for (const key of await fleet.admin.keys('{memokit}:v1*')) expect(await fleet.admin.pttl(key)).toBeGreaterThan(0);
  });

  test('a process that ends with work in flight hangs on nothing, and meets no unhandled rejection (F20)', async () => {
    const [worker] = (await fleet.work(1)) as [Worker];
    await worker.ask('set', { delay: 100 });
    void worker.ask('leave');
    const [code] = await once(worker.process, 'exit');
    expect(code).toBe(0);
    // The store says that its client was closed, and nothing else is said.
    expect(worker.errors.replace(/^memokit: redisStore: .*\n/, '')).toBe('');
  });
});
