import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Connection, Listening } from '../src/redis/client.js';
import { INVALIDATE, READ, RELEASE } from '../src/redis/scripts.js';
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

test('a lease of replace fills nothing where the channel is down, even if the server does not take the lease back', async () => {
  const given: unknown[] = [];
  const { store } = open(async (script, _keys, args) => {
    if (script === INVALIDATE) given.push(args[5]);
    if (script === RELEASE) throw new Error('the connection is lost');
    return '7';
  });
  const lease = await store.replace(KEY, 1000);
  expect(lease).toEqual({ key: KEY, token: expect.any(String), clock: 7 });
  expect(given).toEqual([expect.any(String)]);
  expect(given).not.toContain(lease!.token);
  await store.close();
});

test('no script invalidates more than 1000 keys or tags', async () => {
  const counts: number[] = [];
  let fails = false;
  const { store } = open(async (script, keys) => {
    // The base and the clock come first; each key has an entry and a lease.
    if (script === INVALIDATE) counts.push(keys.length - 2);
    return fails ? null : '7';
  });
  const texts = Array.from({ length: 2500 }, (_, index) => `${index}`);
  expect(await store.invalidate({ tags: texts })).toBe(true);
  expect(await store.invalidate({ keys: texts.map((key) => ({ ...KEY, key })) })).toBe(true);
  expect(counts).toEqual([1000, 1000, 500, 2000, 2000, 1000]);
  fails = true;
  expect(await store.invalidate({ tags: texts })).toBe(false);
  await store.close();
});

test('no script reads more than 256 keys and 1000 marks, and the marks that no entry has are not read after them', async () => {
  const counts: number[] = [];
  const { store } = open(async (script, keys) => {
    if (script === READ) counts.push(keys.length - 1);
    return ['1', keys.slice(1).map(() => null)];
  });
  const tagged = (name: string) => Array.from({ length: 40 }, (_, index) => `${name}.${index}`);
  const keys = Array.from({ length: 257 }, (_, index) => ({ ...KEY, key: `${index}`, tags: tagged(`${index}`) }));
  expect((await store.read(keys)).length).toBe(257);
  expect(counts).toEqual([1256, 42]);
  await store.close();
});
