import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import KeyvMemcache from '@keyv/memcache';
import Keyv, { type KeyvOptions } from 'keyv';
import { OptionError } from 'memokit';
import { diskStore } from 'memokit/disk';
import { keyvStore, memoryStore, type Store, type StoreEvent, unstorageStore } from 'memokit/store';
import { type StoreUnderTest, storeContract } from 'memokit/testing';
import { createStorage, type Driver, prefixStorage } from 'unstorage';
import fsDriver from 'unstorage/drivers/fs';
import lruDriver from 'unstorage/drivers/lru-cache';
import memoryDriver from 'unstorage/drivers/memory';
import { hasMemcached, type Memcached, startMemcached } from './support/memcached.js';
import { changedStore } from './support/stores.js';

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation((text) => void warnings.push(String(text)));
});
afterEach(() => void jest.restoreAllMocks());

const folder = mkdtempSync(join(tmpdir(), 'memokit-key-value-'));
afterAll(() => rmSync(folder, { recursive: true }));
let stores = 0;

/** The cases that no store over a key-value client keeps. */
const NOT_SYNC = 'a store that can answer at once has every method for it, with the same effects';
const NO_REPLACE = 'a key that is replaced has no entry and a new holder, and later invalidations fence its fill';
const NO_FAILURE = 'an engine that fails is a miss and a state, and no error';
/** The cases that such a store keeps for clients of one process only. */
const ONLY_IN_PROCESS = [
  'a lease ends by itself, and says when',
  'a wall clock that is set back makes no entry live longer',
  'a wall clock that is set back makes no entry live longer for clients that only read',
  'a lease ends in its time although the wall clock is set back',
  'a lease that was released fills nothing',
  'a lease that is renewed lasts',
  'a release gives the lease to the next, and a late one takes it from nobody',
  'a holder that lost its lease fills nothing, even if nobody has taken it',
  'a holder that lost its lease disturbs the next one in nothing',
  'a lease fills once',
  'a key that is invalidated during its load is not filled',
  'a namespace that is invalidated during a load is not filled',
  'a tag that is invalidated during a load of it is not filled',
  'the next load after an invalidation begins at once',
  'a fill that is refused ends its lease',
  'listeners of the other clients are told of each invalidation, in order',
  'a listener is told nothing after it was taken off',
];

/** Makes a store and what belongs to it, with the clock that it is given. */
type Make = (clock: () => number) => Store;

/** A clock that a test moves. */
const newClock = () => {
  let time = 1_800_000_000_000;
  return { read: () => time, move: (ms: number) => void (time += ms) };
};

/** Two stores over clients of their own, as two processes have them. The first fails after `fail`. */
function inTwoProcesses(first: Make, second: Make, fail?: () => void): StoreUnderTest {
  const clock = newClock();
  return {
    store: first(clock.read),
    other: second(clock.read),
    advance: clock.move,
    ...(fail && { fail }),
  };
}

/** Two stores over one client. Among them, every promise holds. */
function inOneProcess(make: Make): StoreUnderTest {
  const clock = newClock();
  const client = () => {
    const store = make(clock.read);
    const promises = { ...store.promises, leases: 'all', isFenced: true, coherence: 0 } as const;
    return changedStore(store, { promises });
  };
  return { store: client(), other: client(), advance: clock.move, setBack: (ms) => clock.move(-ms) };
}

/** Holds a store to the contract, but for the cases that are named. */
function keeps(title: string, make: () => StoreUnderTest, skipped: string[]): void {
  const cases = storeContract(make);
  const names = cases.map(({ name }) => name);
  for (const name of skipped) if (!names.includes(name)) throw new Error(`no case of the contract: ${name}`);
  for (const { name, run } of cases) {
    const outcome = skipped.includes(name) ? 'skipped' : 'passed';
    test(`${title}: ${name} (${outcome})`, async () => {
      expect(await run()).toBe(outcome);
    });
  }
}

/** A Map that fails when a test wants it to. */
class Breakable extends Map<string, unknown> {
  isBroken = false;
  readonly #data: Map<string, unknown>;

  constructor(data: Map<string, unknown>) {
    super();
    this.#data = data;
  }

  #working(): Map<string, unknown> {
    if (this.isBroken) throw new Error('the engine is broken');
    return this.#data;
  }

  override get = (key: string) => this.#working().get(key);
  override has = (key: string) => this.#working().has(key);
  override delete = (key: string) => this.#working().delete(key);
  override set = (key: string, value: unknown) => {
    this.#working().set(key, value);
    return this;
  };
}

describe('keyvStore', () => {
  keeps('keyvStore over memory keeps the contract in one process', () => {
    const keyv = new Keyv();
    return inOneProcess((clock) => keyvStore(keyv, { clock }));
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE]);

  keeps('keyvStore over memory keeps its part of the contract in two processes', () => {
    const data = new Map<string, unknown>();
    const breakable = new Breakable(data);
    const over = (map: Map<string, unknown>) => (clock: () => number) => keyvStore(new Keyv(map), { clock });
    return inTwoProcesses(over(breakable), over(new Breakable(data)), () => void (breakable.isBroken = true));
  }, [NOT_SYNC, NO_REPLACE, ...ONLY_IN_PROCESS]);
});

describe('unstorageStore', () => {
  keeps('unstorageStore over memory keeps the contract in one process', () => {
    const storage = createStorage();
    return inOneProcess((clock) => unstorageStore(storage, { clock }));
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE]);

  keeps('unstorageStore over memory keeps its part of the contract in two processes', () => {
    const driver = memoryDriver();
    let isBroken = false;
    const breakable = new Proxy(driver, {
      get(_, name) {
        if (isBroken) throw new Error('the engine is broken');
        return Reflect.get(driver, name);
      },
    });
    const over = (one: Driver) => (clock: () => number) => unstorageStore(createStorage({ driver: one }), { clock });
    return inTwoProcesses(over(breakable), over(driver), () => void (isBroken = true));
  }, [NOT_SYNC, NO_REPLACE, ...ONLY_IN_PROCESS]);

  keeps('unstorageStore over files keeps its part of the contract in two processes', () => {
    const base = join(folder, `${++stores}`);
    const make: Make = (clock) => unstorageStore(createStorage({ driver: fsDriver({ base }) }), { clock });
    return inTwoProcesses(make, make);
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE, ...ONLY_IN_PROCESS]);

  keeps('unstorageStore over lru-cache keeps the contract in one process', () => {
    const storage = prefixStorage(createStorage({ driver: lruDriver({}) }), 'results');
    return inOneProcess((clock) => unstorageStore(storage, { clock }));
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE]);
});

const describeMemcached = hasMemcached() ? describe : describe.skip;

describeMemcached('keyvStore over memcached', () => {
  let server: Memcached;
  const clients: KeyvMemcache[] = [];
  beforeAll(async () => {
    server = await startMemcached();
  });
  afterAll(async () => {
    for (const { client } of clients) client.close();
    await server.kill();
  });

  /** A Keyv of its own, with the entries of a namespace. */
  const connected = (namespace: string) => {
    const client = new KeyvMemcache(server.address);
    clients.push(client);
    return new Keyv(client, { namespace });
  };

  keeps('keyvStore over memcached keeps the contract in one process', () => {
    const keyv = connected(`one${++stores}`);
    return inOneProcess((clock) => keyvStore(keyv, { clock }));
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE]);

  keeps('keyvStore over memcached keeps its part of the contract in two processes', () => {
    const namespace = `two${++stores}`;
    const make: Make = (clock) => keyvStore(connected(namespace), { clock });
    return inTwoProcesses(make, make);
  }, [NOT_SYNC, NO_REPLACE, NO_FAILURE, ...ONLY_IN_PROCESS]);

  test('an entry with a ttl of a moment, or of more than a month, is there', async () => {
    const store = keyvStore(connected(`ttl${++stores}`));
    for (const [key, ttl] of [
      ['short', 900],
      ['long', 40 * 24 * 60 * 60 * 1000],
      ['endless', Infinity],
    ] as const) {
      await put(store, key, { key: { ...KEY, key }, ttl });
      expect(await textOf(store, { ...KEY, key })).toBe(key);
    }
  });

  test('a memcached that is killed makes misses and one warning, and no error', async () => {
    const mortal = await startMemcached();
    const client = new KeyvMemcache(mortal.address);
    clients.push(client);
    const store = keyvStore(new Keyv(client));
    await put(store, 'value');
    expect(await textOf(store)).toBe('value');
    await mortal.kill();
    // The client writes to the console.
    jest.spyOn(console, 'log').mockReturnValue();
    expect(await textOf(store)).toBe(undefined);
    expect(await store.lease(KEY, 1000)).toEqual({ kind: 'unavailable' });
    expect(await store.invalidate({ keys: [KEY] })).toBe(false);
    expect(store.state).toMatchObject({ status: 'failing', failures: 3 });
    expect(warnings).toHaveLength(1);
  });
});

/** A store over Keyv in memory, with what is in the memory. */
function newStore(options: KeyvOptions = {}): {
  store: Store;
  keyv: Keyv;
  data: Map<string, unknown>;
} {
  const data = new Map<string, unknown>();
  const keyv = new Keyv(data, options);
  return { store: keyvStore(keyv), keyv, data };
}

const KEY = { namespace: 'square@1', key: '3' };

/** Loads a key and fills it. */
async function put(
  store: Store,
  value: string,
  { key = KEY, ttl = Infinity, tags = [] as string[] } = {},
): Promise<void> {
  const answer = await store.lease(key, 1000);
  if (answer.kind !== 'taken') throw new Error(`a free lease: ${answer.kind}`);
  expect(await store.fill(answer.lease, { value: new TextEncoder().encode(value), ttl, tags })).toBe('stored');
}

async function textOf(store: Store, key = KEY): Promise<string | undefined> {
  const [entry] = await store.read([key]);
  return entry && new TextDecoder().decode(entry.value);
}

test('a store over a key-value client says what it promises', () => {
  for (const store of [keyvStore(new Keyv()), unstorageStore(createStorage())]) {
    expect(store.promises).toEqual({
      leases: 'process',
      isFenced: false,
      hasTags: true,
      coherence: Infinity,
      tellsFills: true,
      isDurable: true,
    });
  }
});

test('what is no client, and an option that is none, is refused by name', () => {
  const wrong = (run: () => unknown) => expect(run).toThrow(OptionError);
  for (const none of [undefined, null, 5, {}, new Map()] as any[]) {
    wrong(() => keyvStore(none));
    wrong(() => unstorageStore(none));
  }
  expect(() => keyvStore(new Map() as any)).toThrow(
    'keyvStore: expected a Keyv, with get, set, delete, on, but got: object',
  );
  expect(() => unstorageStore(new Keyv() as any)).toThrow('unstorageStore: expected a storage, with getItems');
  wrong(() => keyvStore(new Keyv(), { clocks: () => 0 } as any));
  wrong(() => unstorageStore(createStorage(), { clock: 5 as any }));
});

test.each([
  ['as it is', {}],
  ['that stores values as they are', { serialize: undefined, deserialize: undefined }],
  ['with a namespace', { namespace: 'results' }],
  ['without a namespace', { useKeyPrefix: false }],
  [
    'that compresses',
    {
      compression: {
        compress: async (text: string) => [...text].reverse().join(''),
        decompress: async (text: string) => [...text].reverse().join(''),
        serialize: JSON.stringify,
        deserialize: JSON.parse,
      },
    },
  ],
] as [string, any][])('a Keyv %s gives back each byte', async (_, options) => {
  const { store } = newStore(options);
  const value = Uint8Array.from({ length: 1000 }, (_, index) => index);
  const answer = await store.lease(KEY, 1000);
  if (answer.kind === 'taken') await store.fill(answer.lease, { value, ttl: 1000, tags: ['a'] });
  const [entry] = await store.read([KEY]);
  expect(entry?.value).toEqual(value);
  expect(entry?.tags).toEqual(['a']);
});

test('a name that an engine may not take is stored under its hash, and the name is compared', async () => {
  const { store, data } = newStore();
  const names = ['3', 'with space', 'é', 'x'.repeat(300), 'a\n', '\ud800'];
  for (const key of names) await put(store, key, { key: { ...KEY, key } });
  const keys = [...data.keys()].filter((key) => key.includes('#'));
  expect(keys).toHaveLength(5);
  for (const key of keys) expect(key).toMatch(/^keyv:memokit1\.#[0-9a-f]{64}$/);
  // A hash that two names share: the record of one lies under the key of the other.
  data.set(keys[0]!, data.get(keys[2]!));
  expect(await textOf(store, { ...KEY, key: 'with space' })).toBe(undefined);
  expect(await textOf(store, { ...KEY, key: 'x'.repeat(300) })).toBe('x'.repeat(300));
});

test('what others wrote, and a record that was cut or changed, is a miss', async () => {
  const { store, data, keyv } = newStore();
  await put(store, 'value');
  const [key, record] = [...data].find(([name]) => name.endsWith('square@13'))! as [string, string];
  const text = JSON.parse(record).value as string;
  const others = [5, null, {}, 'text', '', 'memokit1.', 'memokit1.null', 'memokit1.5', text.slice(0, -20)];
  others.push(text.replace(/"value":"[^"]*"/, '"value":"%"'), text.replace('"tags":[]', '"tags":5'));
  for (const other of others) {
    await keyv.set(key.replace('keyv:', ''), other);
    expect(await textOf(store)).toBe(undefined);
  }
  expect(store.state.failures).toBe(0);
  await keyv.set(key.replace('keyv:', ''), text);
  expect(await textOf(store)).toBe('value');
});

test('a mark or an entry whose numbers were damaged is a miss', async () => {
  const { store, data } = newStore();
  await put(store, 'value');
  const records = [...data] as [string, string][];
  const damages: [RegExp, string][] = [
    [/removed\\":\d+/, 'removed\\":null'],
    [/expired\\":\d+/, 'expired\\":\\"0\\"'],
    [/storedAt\\":\d+/, 'storedAt\\":null'],
    [/endsAt\\":null/, 'endsAt\\":\\"late\\"'],
  ];
  for (const [part, instead] of damages) {
    const damaged = records.filter(([name, text]) => part.test(text) && !name.endsWith('.c'));
    expect(damaged.length).toBeGreaterThan(0);
    for (const [name, text] of damaged) data.set(name, text.replace(part, instead));
    expect(await textOf(store)).toBe(undefined);
    for (const [name, text] of records) data.set(name, text);
    expect(await textOf(store)).toBe('value');
  }
});

test('a ttl that the Keyv has by itself is not given to entries and marks', async () => {
  const store = keyvStore(new Keyv({ ttl: 20 }));
  await put(store, 'value');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await textOf(store)).toBe('value');
});

test('arguments of a wrong type are refused by name by each method of each store', async () => {
  const key = { namespace: 'n', key: 'k' };
  const lease = { key, token: 't', clock: 0 };
  const entry = { value: new Uint8Array(), ttl: 1, tags: [] };
  const wrong: [keyof Store, unknown[], string][] = [
    ['read', ['k'], 'keys: expected an array of keys, but got: string k'],
    ['read', [[undefined]], 'key: expected an object with the texts namespace and key, but got: undefined'],
    ['lease', [{ namespace: 'n' }, 1], 'key: expected an object with the texts namespace and key, but got: object'],
    ['fill', [lease, { ...entry, value: 'hello' }], 'value: expected a Uint8Array, but got: string hello'],
    ['fill', [lease, { ...entry, tags: 'a' }], 'tags: expected an array of texts, but got: string a'],
    ['fill', [key, entry], 'lease: expected a lease of this store, but got: object'],
    ['renew', [undefined, 1], 'lease: expected a lease of this store, but got: undefined'],
    ['release', [{}], 'lease: expected a lease of this store, but got: object'],
    ['invalidate', [{}], 'what: expected an object with keys, a namespace or tags, but got: object'],
    ['invalidate', ['n'], 'what: expected an object with keys, a namespace or tags, but got: string n'],
    ['invalidate', [{ tags: [1] }], 'tags: expected an array of texts, but got: array'],
    ['invalidate', [{ namespace: undefined }], 'namespace: expected a text, but got: undefined'],
    ['invalidate', [{ keys: [key] }, 'expired'], 'mode: expected remove or expire, but got: string expired'],
  ];
  const directory = join(folder, `wrong ${++stores}`);
  const disk = diskStore(directory);
  for (const store of [memoryStore(), disk, keyvStore(new Keyv())] as Store[]) {
    for (const [method, args, message] of wrong) {
      const asked = store as unknown as Record<string, (...args: unknown[]) => unknown>;
      const run = async () => asked[method]!(...args);
      expect(await run().catch((error) => `${error.name} ${error.message}`)).toBe(`ArgumentError ${message}`);
      const sync = (store as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>)[`${method}Sync`];
      if (sync) expect(() => sync.call(store, ...args)).toThrow(message);
    }
    expect(store.state.failures).toBe(0);
  }
  expect(() => disk.clear(undefined as never)).toThrow('namespace: expected a text, but got: undefined');
  await disk.close();
});

test('entries, marks and the count of invalidations are read in one round trip if the tags are known before', async () => {
  const keyv = new Keyv();
  const store = keyvStore(keyv);
  const keys = ['1', '2', '3'].map((key) => ({ ...KEY, key, tags: ['a', 'b'] }));
  for (const key of keys) await put(store, key.key, { key, tags: key.tags });
  const get = jest.spyOn(keyv, 'get');
  expect((await store.read(keys)).map((entry) => entry?.tags)).toEqual([keys[0]!.tags, keys[0]!.tags, keys[0]!.tags]);
  expect(get).toHaveBeenCalledTimes(1);
  await store.read(keys.map(({ tags: _, ...key }) => key));
  expect(get).toHaveBeenCalledTimes(3);
  await store.lease({ ...keys[0]!, key: '4' }, 1000);
  expect(get).toHaveBeenCalledTimes(4);
  get.mockClear();
  await store.read(Array.from({ length: 600 }, (_, index) => ({ ...KEY, key: `none ${index}` })));
  expect(get).toHaveBeenCalledTimes(3);
});

test('an engine that loses a mark has lost the entries that depend on it, and no older ones come back', async () => {
  const { store, data } = newStore();
  const lose = (mark: string) => expect(data.delete(`keyv:memokit1.${mark}`)).toBe(true);
  const other = { ...KEY, key: '4' };
  await put(store, 'old', { tags: ['a'] });
  await store.invalidate({ tags: ['a'] });
  lose('ta');
  expect(await textOf(store)).toBe(undefined);
  // A fill makes the mark again, and the entry from before the invalidation stays gone.
  await put(store, 'new', { key: other, tags: ['a'] });
  expect([await textOf(store, other), await textOf(store)]).toEqual(['new', undefined]);
  // So does an invalidation.
  lose('ta');
  await store.invalidate({ tags: ['a'] }, 'expire');
  expect(await store.read([KEY, other])).toEqual([undefined, undefined]);
  lose('nsquare@1');
  lose('c');
  expect(await textOf(store)).toBe(undefined);
  await put(store, 'anew', { tags: ['a'] });
  expect(await textOf(store)).toBe('anew');
});

test('a load that began before an invalidation by another process fills nothing that is read', async () => {
  const data = new Map();
  let ahead = 0;
  const [store, other] = [keyvStore(new Keyv(data)), keyvStore(new Keyv(data), { clock: () => Date.now() + ahead })];
  // Also if the clock of the other process is wrong.
  for (ahead of [0, 300_000, -300_000]) {
    await put(store, 'first', { tags: ['a'] });
    for (const what of [{ tags: ['a'] }, { namespace: KEY.namespace }]) {
      await store.invalidate({ keys: [KEY] });
      const answer = await store.lease(KEY, 1000);
      expect(answer.kind).toBe('taken');
      await other.invalidate(what);
      const value = new TextEncoder().encode('old');
      if (answer.kind === 'taken') await store.fill(answer.lease, { value, ttl: 1000, tags: ['a'] });
      for (const client of [store, other]) expect(await textOf(client)).toBe(undefined);
    }
    await put(store, 'new', { tags: ['a'] });
    expect(await textOf(store)).toBe('new');
    await store.invalidate({ keys: [KEY] });
  }
});

test('stores over one client are told what the others of their process invalidate and fill', async () => {
  const keyv = new Keyv();
  const [store, other, foreign] = [keyvStore(keyv), keyvStore(keyv), keyvStore(new Keyv())];
  const told: [string, StoreEvent['kind']][] = [];
  const hear = (name: string, from: Store) => from.subscribe(({ kind }) => told.push([name, kind]));
  hear('store', store);
  hear('foreign', foreign);
  const stop = hear('other', other);
  await put(store, 'value');
  await store.invalidate({ keys: [KEY] });
  expect(told).toEqual([
    ['store', 'filled'],
    ['other', 'filled'],
    ['other', 'invalidated'],
  ]);
  stop();
  await store.close();
  await other.invalidate({ keys: [KEY] });
  expect(told).toHaveLength(3);
});

test('an error event of a Keyv is a state with one warning, and ends no process', async () => {
  // A storage adapter that tells of errors by events only, as an adapter with a connection does.
  const listeners: ((error: unknown) => void)[] = [];
  let isBroken = false;
  const data = new Map<string, unknown>();
  const adapter = {
    opts: {},
    on: (_: string, listener: (error: unknown) => void) => void listeners.push(listener),
    get: async (key: string) => (isBroken ? fail() : data.get(key)),
    set: async (key: string, value: unknown) => (isBroken ? fail() : void data.set(key, value)),
    delete: async (key: string) => (isBroken ? fail() : data.delete(key)),
    clear: async () => data.clear(),
  };
  const fail = () => {
    for (const listener of listeners) listener(new Error('the connection is gone'));
  };
  const store = keyvStore(new Keyv(adapter as any));
  await put(store, 'value');
  const answer = await store.lease({ ...KEY, key: '4' }, 1000);
  isBroken = true;
  expect(await textOf(store)).toBe(undefined);
  expect(store.state).toMatchObject({ status: 'failing', failures: 1, error: new Error('the connection is gone') });
  expect(await store.lease(KEY, 1000)).toEqual({ kind: 'unavailable' });
  if (answer.kind === 'taken') {
    expect(await store.renew(answer.lease, 1000)).toBe(false);
    const entry = { value: new Uint8Array(), ttl: 1000, tags: [] };
    expect(await store.fill(answer.lease, entry)).toBe('unavailable');
  }
  for (const what of [{ keys: [KEY] }, { tags: ['a'] }]) expect(await store.invalidate(what)).toBe(false);
  expect(store.state.failures).toBe(5);
  expect(warnings).toEqual(['memokit: keyvStore: the connection is gone; going on without it (see store.state)']);
  isBroken = false;
  expect(await textOf(store)).toBe('value');
  expect(store.state.status).toBe('working');
});

test('an invalidation of keys waits for a fill of them that is on its way', async () => {
  const { store, data } = newStore();
  await put(store, 'first');
  const seen = (await store.read([KEY]))[0]?.token;
  const answer = await store.lease(KEY, 1000, seen);
  const value = new TextEncoder().encode('old');
  const fill = answer.kind === 'taken' && store.fill(answer.lease, { value, ttl: 1000, tags: [] });
  expect(await store.invalidate({ keys: [KEY] })).toBe(true);
  expect(await textOf(store)).toBe(undefined);
  await fill;
  expect(await textOf(store)).toBe(undefined);
  expect([...data.keys()].some((key) => key.endsWith('square@13'))).toBe(false);
});
