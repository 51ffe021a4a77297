import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { describeWithServer } from '../support/describe-with-server.js';
import { Fleet } from '../support/fleet.js';
import { isUp } from '../support/redis-server.js';
import { within } from '../support/within.js';

/** What the tests of a fleet wait for always ends, so that a failure says what did not come. */

test('a server that cuts the connection off before it answers is not up', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.end()))
    .listen(0, '127.0.0.1')
    .unref();
  await once(server, 'listening');
  const answer = isUp((server.address() as AddressInfo).port);
  expect(await within(2000, 'whether the server is up', answer)).toBe(false);
  server.close();
});

test('a wait that takes too long fails, and names what did not come', async () => {
  await expect(within(10, 'the answer', new Promise(() => {}))).rejects.toThrow(
    'the answer: it did not come within 10',
  );
});

describeWithServer('a process of a fleet', () => {
  test('that is killed answers what it was asked with an error', async () => {
    const fleet = await Fleet.start();
    const [worker] = await fleet.work(1);
    await worker!.ask('set', { delay: 60_000 });
    const asked = worker!.ask('get', 'key');
    await worker!.kill();
    await expect(asked).rejects.toThrow('the worker has ended');
    await fleet.end();
  });
});
