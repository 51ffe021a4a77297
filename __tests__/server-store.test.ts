import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Connection, Listening } from '../src/redis/client.js';
import { ServerStore } from '../src/redis/server-store.js';

/** What a store on a server does when parts of the program or of the connection do what they should not. */

const KEY = { namespace: 'n', key: 'k' };

let thrown: string[] = [];
const { queueMicrotask } = globalThis;

beforeEach(() => {
  thrown = [];
  globalThis.queueMicrotask = (callback) =>
    queueMicrotask(() => {
      try {
        callback();
      } catch (error) {
        thrown.push((error as Error).message);
      }
    });
  jest.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(() => {
  globalThis.queueMicrotask = queueMicrotask;
  jest.restoreAllMocks();
});

/** A store over a connection that the test plays. */
function open(run: Connection['run']) {
  let listening: Listening | undefined;
  let client: { end(): void } | undefined;
  const subscriptions: string[] = [];
  const connection: Connection = {
    run,
    subscribe: (_channel, _hashTag, given) => {
      listening = given;
      const at = subscriptions.push('open') - 1;
      return { ping: async () => {}, reconnect: () => {}, close: () => void (subscriptions[at] = 'closed') };
    },
    watch: (events) => void (client = events),
  };
  const store = new ServerStore(connection, {
    prefix: 'test',
    channel: undefined,
    opTimeout: 1000,
    pingInterval: 60_000,
    checkInterval: 60_000,
    clock: () => 0,
  });
  return { store, subscriptions, heard: () => listening!, endClient: () => client!.end() };
}

test('a listener that throws costs no operation an error, and keeps no other listener from being told', async () => {
  const { store, heard } = open(async () => {
    throw new Error('the server fails');
  });
  const told: string[] = [];
  const fail = (what: string) => () => {
    throw new Error(what);
  };
  store.onState(fail('state'));
  store.onState(({ status, isBlind }) => told.push(`${status} ${isBlind}`));
  store.subscribe(fail('event'));
  store.subscribe(({ kind }) => told.push(kind));
  expect(await store.read([KEY])).toEqual([undefined]);
  heard().up();
  await new Promise((resolve) => setTimeout(resolve, 5));
  heard().message('filled:["n","k"]');
  heard().down();
  expect(told).toEqual(['failing true', 'distrust', 'failing false', 'filled', 'distrust', 'failing true']);
  await null;
  expect(thrown).toEqual(['state', 'event', 'state', 'event', 'event', 'state']);
  await store.close();
});

test('a client that was closed leaves its store blind, and the next operation listens again', async () => {
  const { store, subscriptions, heard, endClient } = open(async () => [1, []]);
  const told: string[] = [];
  store.onState(({ isBlind }) => told.push(`blind ${isBlind}`));
  store.subscribe(({ kind }) => told.push(kind));
  const isUp = async () => {
    await store.read([KEY]);
    heard().up();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await isUp();
  endClient();
  expect([subscriptions, store.state.isBlind]).toEqual([['closed'], true]);
  endClient();
  await isUp();
  expect([subscriptions, store.state.isBlind]).toEqual([['closed', 'open'], false]);
  const [isBlind, sees] = [
    ['distrust', 'blind true'],
    ['distrust', 'blind false'],
  ];
  expect(told).toEqual([...sees!, ...isBlind!, ...sees!]);
  await store.close();
  expect([subscriptions, store.state.isBlind]).toEqual([['closed', 'closed'], true]);
  endClient();
  await store.read([KEY]);
  expect(subscriptions.length).toBe(2);
});
