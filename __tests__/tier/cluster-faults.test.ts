import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeInLongRuns } from '../support/describe-with-server.js';
import { Fleet, pause, stateOf, type Worker } from '../support/fleet.js';
import { startCluster } from '../support/redis-cluster.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** The faults of a fleet again, on the nodes of a cluster. */

jest.setTimeout(120_000);

/** On a machine that is busy the server may take long, which is not what is tried. */
const PATIENT = { opTimeout: '5s' };

describeInLongRuns.each(['ioredis', 'node-redis'])('a fleet over a cluster, by clients of %s', (cluster) => {
  let nodes: RedisServer[];
  let fleet: Fleet;
  beforeAll(async () => {
    nodes = await startCluster(3);
    const client = new Redis({ port: nodes[0]!.port });
    const slot = await client.cluster('KEYSLOT', '{memokit}');
    client.disconnect();
    // The node that has all keys of the store.
    const [owner] = nodes.splice(Math.floor(slot / Math.ceil(16_384 / 3)), 1) as [RedisServer];
    fleet = new Fleet(owner, await startRedis());
  });
  afterEach(() => fleet.clear());
  afterAll(async () => {
    await fleet.end();
    for (const node of nodes) await node.end();
  });

  const work = (count: number, store: object = {}) => fleet.work(count, { cluster, store });

  test('200 cold callers in one process, and 50 in each of four, load once (F1)', async () => {
    // On a machine that is busy, nobody may give up waiting for the server, or lose the lease.
    const workers = await work(4, { opTimeout: '10s', leaseMs: 10_000 });
    for (const worker of workers) await worker.ask('set', { delay: 50 });
    expect(await workers[0]!.ask('crowd', 'one', 200)).toEqual(['version 0']);
    await Promise.all(workers.map((worker) => worker.ask('crowd', 'all', 50)));
    expect([await fleet.loads('one'), await fleet.loads('all')]).toEqual([1, 1]);
  });

  test('when the holder of a lease is killed, the next process loads (F2)', async () => {
    const [holder, next] = (await work(2)) as [Worker, Worker];
    await holder.ask('set', { delay: 60_000 });
    await holder.ask('begin', 'key');
    await holder.kill();
    expect(await next.ask('get', 'key')).toBe('version 0');
    expect(await fleet.loads('key')).toBe(2);
  });

  test('a holder that was frozen fills nothing over a newer value (F3)', async () => {
    const [frozen, next, third] = (await work(3, PATIENT)) as [Worker, Worker, Worker];
    await fleet.write('key', 1);
    await frozen.ask('set', { delay: 300 });
    await frozen.ask('begin', 'key');
    frozen.process.kill('SIGSTOP');
    await pause(1200);
    await fleet.write('key', 2);
    expect(await next.ask('remove', 'key')).toBe('delivered');
    expect(await next.ask('get', 'key')).toBe('version 2');
    frozen.process.kill('SIGCONT');
    await frozen.ask('end');
    expect([await frozen.ask('get', 'key'), await third.ask('get', 'key')]).toEqual(['version 2', 'version 2']);
  });

  test('what is invalidated during its load is kept nowhere, whoever invalidates it and by what (F4)', async () => {
    const [one, other] = (await work(2, PATIENT)) as [Worker, Worker];
    await one.ask('set', { delay: 60 });
    let round = 0;
    for (const by of [one, other]) {
      for (const task of ['remove', 'removeTag']) {
        const key = `key${round++}`;
        await fleet.write(key, 1);
        await one.ask('begin', key);
        await fleet.write(key, 2);
        expect(await by.ask(task, task === 'remove' ? key : `row:${key}`)).toBe('delivered');
        await one.ask('end');
        expect([await one.ask('get', key), await other.ask('get', key)]).toEqual(['version 2', 'version 2']);
      }
    }
  });

  test('a node that is killed costs no caller an error, and is used again when it is back (F6)', async () => {
    const [worker, other] = (await work(2)) as [Worker, Worker];
    const reading = worker.ask<{ errors: number }>('readFor', 1500);
    await pause(200);
    await fleet.server.kill();
    expect((await reading).errors).toBe(0);
    await fleet.server.start();
    for (const one of [worker, other]) {
      await until(async () => {
        await one.ask('get', `${Math.random()}`);
        const { status, isBlind } = await stateOf(one);
        return status === 'working' && !isBlind;
      }, 'the tier');
    }
    await worker.ask('get', 'back');
    expect(await other.ask('get', 'back')).toBe('version 0');
    expect(await fleet.loads('back')).toBe(1);
  });

  test('a node that is frozen costs one time limit at most (F7)', async () => {
    const [worker] = (await work(1, { opTimeout: 150 })) as [Worker];
    const reading = worker.ask<{ errors: number; slow: number; worst: number }>('readFor', 2000);
    await pause(100);
    fleet.server.freeze();
    const { errors, slow, worst } = await reading;
    fleet.server.thaw();
    expect(errors).toBe(0);
    expect(slow).toBeLessThanOrEqual(1);
    expect(worst).toBeLessThan(1000);
  });

  test('what others invalidate while the subscription is cut is not served after it is back (F8)', async () => {
    const [deaf, other] = (await work(2)) as [Worker, Worker];
    const keys = Array.from({ length: 5 }, (_, index) => `key${index}`);
    for (const key of keys) {
      await fleet.write(key, 1);
      expect(await deaf.ask('get', key)).toBe('version 1');
    }
    for (const { port } of [fleet.server, ...nodes]) {
      const client = new Redis({ port });
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      client.disconnect();
    }
    for (const key of keys) {
      await fleet.write(key, 2);
      await other.ask('remove', key);
    }
    await until(async () => !(await stateOf(deaf)).isBlind, 'the channel');
    for (const key of keys) expect(await deaf.ask('get', key)).toBe('version 2');
  });
});
