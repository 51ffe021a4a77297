import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWithServer } from '../support/describe-with-server.js';
import { Fleet, pause, stateOf, type Worker } from '../support/fleet.js';
import { until } from '../support/until.js';

/** The faults that a fleet meets, made in earnest: real processes, a real server, and signals. */

// Each wait has a deadline of its own, which says what did not come.
jest.setTimeout(90_000);

/** On a machine that is busy the server may take long, which is not what is tried. */
const PATIENT = { store: { opTimeout: '5s' } };

/** What a process says of its reads: the slowest, and the time within which 99 of 100 were answered, in milliseconds. */
interface Reading {
  readonly errors: number;
  readonly calls: number;
  /** How many took longer than the task says. */
  readonly slow: number;
  readonly worst: number;
  readonly p99: number;
}

describeWithServer('a fleet over one store', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start();
  });
  afterEach(() => fleet.clear());
  afterAll(() => fleet.end());

  /** No process may have told anything but that the store failed, and none may have met an unhandled rejection. */
  const expectSilence = (workers: Worker[], pattern = /^$/) => {
    for (const { errors } of workers) expect(errors).toMatch(pattern);
  };

  /** Prints what was measured, because only a quiet machine keeps the goals. */
  const tell = (what: string, figures: Record<string, number>) => {
    const texts = Object.entries(figures).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
    process.stdout.write(`server ${what}: ${texts.join(', ')}\n`);
  };

  test('200 cold callers in one process, and 50 in each of four, load once (F1)', async () => {
    // On a machine that is busy, nobody may give up waiting for the server, or lose the lease.
    const workers = await fleet.work(4, { store: { opTimeout: '10s', leaseMs: 10_000 } });
    for (const worker of workers) await worker.ask('set', { delay: 50 });
    await fleet.write('one', 1);
    await fleet.write('all', 1);
    expect(await workers[0]!.ask('crowd', 'one', 200)).toEqual(['version 1']);
    expect(await Promise.all(workers.map((worker) => worker.ask('crowd', 'all', 50)))).toEqual(
      Array(4).fill(['version 1']),
    );
    expect([await fleet.loads('one'), await fleet.loads('all')]).toEqual([1, 1]);
    expectSilence(workers);
  });

  test('when the holder of a lease is killed, the next process loads as soon as the lease is over (F2)', async () => {
    const [holder, next] = (await fleet.work(2)) as [Worker, Worker];
    await holder.ask('set', { delay: 60_000 });
    await holder.ask('begin', 'key');
    await holder.kill();
    const start = performance.now();
    expect(await next.ask('get', 'key')).toBe('version 0');
    expect(performance.now() - start).toBeLessThan(2500);
    expect(await fleet.loads('key')).toBe(2);
  });

  test('a holder that was frozen past its lease fills nothing, and gives nobody an older value afterwards (F3)', async () => {
    const [frozen, next] = (await fleet.work(2, PATIENT)) as [Worker, Worker];
    await fleet.write('key', 1);
    await frozen.ask('set', { delay: 300 });
    await frozen.ask('begin', 'key');
    frozen.process.kill('SIGSTOP');
    await pause(1200);
    await fleet.write('key', 2);
    expect(await next.ask('remove', 'key')).toBe('delivered');
    expect(await next.ask('get', 'key')).toBe('version 2');
    frozen.process.kill('SIGCONT');
    expect(await frozen.ask('end')).toBe('version 1');
    expect([await frozen.ask('get', 'key'), await next.ask('get', 'key')]).toEqual(['version 2', 'version 2']);
    const [third] = (await fleet.work(1)) as [Worker];
    expect(await third.ask('get', 'key')).toBe('version 2');
  });

  test('what is invalidated during its load is kept nowhere, whoever invalidates it and by what (F4)', async () => {
    const [one, other] = (await fleet.work(2, PATIENT)) as [Worker, Worker];
    await one.ask('set', { delay: 60 });
    const ways: [Worker, string, (key: string) => string][] = [
      [one, 'remove', (key) => key],
      [other, 'remove', (key) => key],
      [one, 'removeTag', (key) => `row:${key}`],
      [other, 'removeTag', (key) => `row:${key}`],
    ];
    const stale: string[] = [];
    for (const [index, [by, task, name]] of [...ways, ...ways, ...ways].entries()) {
      const key = `key${index}`;
      await fleet.write(key, 1);
      await one.ask('begin', key);
      await fleet.write(key, 2);
      expect(await by.ask(task, name(key))).toBe('delivered');
      await one.ask('end');
      for (const worker of [one, other]) {
        const outcome = await worker.ask('get', key);
        if (outcome !== 'version 2') stale.push(`${task} ${key}: ${outcome}`);
      }
    }
    expect(stale).toEqual([]);
  });

  test('a server that is killed costs no caller an error and hardly any time, and is used again when it is back (F6)', async () => {
    const [worker, other] = (await fleet.work(2)) as [Worker, Worker];
    const before = await worker.ask<Reading>('readFor', 300);
    const reading = worker.ask<Reading>('readFor', 1500, 500);
    await pause(200);
    await fleet.server.kill();
    const { errors, slow, calls, worst, p99 } = await reading;
    tell('killed', { worst, p99 });
    expect({ errors, slow }).toEqual({ errors: 0, slow: 0 });
    // The goal on a machine that does nothing else is 5 ms, and 20 ms for the slowest. A busy one was as slow before.
    expect(p99).toBeLessThan(Math.max(50, 4 * before.worst));
    expect(calls).toBeGreaterThan(10);
    expect((await stateOf(worker)).status).toBe('failing');
    await fleet.write('key', 1);
    expect(await worker.ask('get', 'key')).toBe('version 1');
    await fleet.server.start();
    const start = performance.now();
    for (const one of [worker, other]) {
      await until(async () => {
        await one.ask('get', `${Math.random()}`);
        const { status, isBlind } = await stateOf(one);
        return status === 'working' && !isBlind;
      }, 'the tier');
    }
    const back = performance.now() - start;
    tell('back', { back });
    expect(back).toBeLessThan(20_000);
    await worker.ask('get', 'back');
    expect(await other.ask('get', 'back')).toBe('version 0');
    expect(await fleet.loads('back')).toBe(1);
  });

  test('a server that is frozen costs one time limit, and then nothing (F7)', async () => {
    const [worker] = (await fleet.work(1, { store: { opTimeout: 150 } })) as [Worker];
    const before = await worker.ask<Reading>('readFor', 300);
    const reading = worker.ask<Reading>('readFor', 2000, 140 + before.worst);
    await pause(100);
    fleet.server.freeze();
    const { errors, slow, worst, p99 } = await reading;
    tell('frozen', { worst, p99 });
    expect(errors).toBe(0);
    // On a machine that is busy another one may take as long. Without a breaker all of them would.
    expect(slow).toBeLessThanOrEqual(2);
    expect((await stateOf(worker)).status).toBe('failing');
    // The goal on a machine that does nothing else is 250 ms.
    expect(worst).toBeLessThan(1000);
    fleet.server.thaw();
    await until(async () => {
      await worker.ask('get', `${Math.random()}`);
      return (await stateOf(worker)).status === 'working';
    }, 'the tier');
  });

  test('what others invalidate while the subscription is cut is not served after it is back (F8)', async () => {
    const [deaf, other] = (await fleet.work(2)) as [Worker, Worker];
    for (let round = 0; round < 5; round++) {
      const keys = Array.from({ length: 5 }, (_, index) => `key${round}:${index}`);
      for (const key of keys) {
        await fleet.write(key, 1);
        expect(await deaf.ask('get', key)).toBe('version 1');
      }
      await fleet.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      for (const key of keys) {
        await fleet.write(key, 2);
        await other.ask('remove', key);
      }
      await until(async () => !(await stateOf(deaf)).isBlind, 'the channel');
      for (const key of keys) expect(await deaf.ask('get', key)).toBe('version 2');
    }
  });
});
