import { afterEach, expect, jest, test } from '@jest/globals';
import { cacheOf, memoize } from 'memokit';
import { json, type MemoryStore, memoryStore, portable, type Store, type StoreKey, tiered } from 'memokit/store';
import { settle } from './support/source.js';

/** What becomes of values that cannot be stored exactly, of bytes that cannot be read, and of invalidations on their way. */

afterEach(() => {
  jest.restoreAllMocks();
});

class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}

/** A codec that forgets a property of a class. */
const inexact = () =>
  portable({
    classes: [
      {
        name: 'Money',
        class: Money,
        encode: (money: Money) => money.amount,
        decode: (amount: unknown) => new Money(amount as number, 'EUR'),
      },
    ],
  });

test('a function whose results do not come back as they were keeps them in memory, with one warning that names the path', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const store = memoryStore({ codec: inexact() });
  let loads = 0;
  const make = (client: MemoryStore) =>
    memoize(
      async (id: number) => {
        loads++;
        return { id, items: [{ price: new Money(id, 'CHF') }] };
      },
      { store: client, name: 'price' },
    );
  const other = memoize((id: number) => id, { store, name: 'other' });
  const [one, two] = [make(store), make(store.client())];
  const first = await one(1);
  expect(await one(1)).toBe(first);
  await one(2);
  expect(loads).toBe(2);
  expect(first.items[0]!.price.currency).toBe('CHF');
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/a result of price is not stored: .*items.*price.*stay in memory/)],
  ]);
  // Nothing of it is in the store, and other functions go on using that.
  expect((await two(1)).items[0]!.price.currency).toBe('CHF');
  expect(loads).toBe(3);
  other(1);
  expect(await store.read([{ namespace: 'other@', key: '(1;1;' }])).toEqual([expect.anything()]);
});

test('a function whose results stay in memory forgets what other processes invalidate', async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  const store = memoryStore({ codec: inexact() });
  let version = 0;
  const make = (client: MemoryStore) =>
    memoize(async (id: number) => ({ price: new Money(id, 'CHF'), version }), { store: client, name: 'price' });
  const [one, two] = [make(store), make(store.client())];
  await one(1);
  // Loaded after it was known that nothing of this function can be stored.
  expect((await one(2)).version).toBe(0);
  version++;
  cacheOf(two).delete(2);
  expect(await cacheOf(two).delivered()).toBe('delivered');
  expect((await one(2)).version).toBe(1);
});

const damages: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'were damaged': (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
  'were cut': (bytes) => bytes.slice(0, -3),
  'no program of ours has written': () => Buffer.from('a text of somebody else'),
  'an older version of memokit has written': (bytes) => withFormat(bytes, 0),
  'another codec has written': () => {
    const store = memoryStore({ codec: json() });
    memoize((id: number) => id, { store, name: 'json' })(1);
    return store.readSync!([{ namespace: 'json@', key: '(1;1;' }])[0]!.value;
  },
};

function withFormat(bytes: Uint8Array, format: number): Uint8Array {
  const changed = bytes.slice();
  changed[4] = format;
  return changed;
}

/** A store that gives other bytes than it was filled with. */
async function changed(change: (bytes: Uint8Array) => Uint8Array) {
  const store = memoryStore();
  let loads = 0;
  const method = (id: number) => ({ id, load: ++loads });
  memoize(method, { store, name: 'changed' })(1);
  const key: StoreKey = { namespace: 'changed@', key: '(1;1;' };
  const [before] = await store.read([key]);
  const bytes = change(before!.value);
  const answer = await store.lease(key, 1000, before!.token);
  if (answer.kind !== 'taken') throw new Error(answer.kind);
  await store.fill(answer.lease, { value: bytes, ttl: Infinity, tags: [] });
  return { get: memoize(method, { store: store.client(), name: 'changed' }), store, key, bytes };
}

test.each(Object.entries(damages))(
  'bytes that %s are a miss, which is counted, and the next fill takes their place',
  async (_, change) => {
    const { get, store, key, bytes } = await changed(change);
    expect(get(1)).toEqual({ id: 1, load: 2 });
    expect(cacheOf(get).stats()).toMatchObject({ misses: 1, loads: 1, storeHits: 0, unreadable: 1 });
    const [after] = await store.read([key]);
    expect(Buffer.from(after!.value)).not.toEqual(Buffer.from(bytes));
  },
);

test('bytes that a newer version of memokit has written are a miss, which is counted, and stay', async () => {
  const { get, store, key, bytes } = await changed((bytes) => withFormat(bytes, 99));
  expect(get(1)).toEqual({ id: 1, load: 2 });
  expect(get(1)).toEqual({ id: 1, load: 2 });
  expect(cacheOf(get).stats()).toMatchObject({ misses: 1, loads: 1, storeHits: 0, unreadable: 1 });
  const [after] = await store.read([key]);
  expect(Buffer.from(after!.value)).toEqual(Buffer.from(bytes));
});

/** A store that answers each operation when the test lets it, in order. */
function slowStore() {
  const store = memoryStore();
  const waiting: (() => void)[] = [];
  let isFailing = false;
  const later = async <T>(run: () => T): Promise<T> => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return run();
  };
  const slow: Store = {
    read: (keys) => later(() => store.readSync!(keys)),
    lease: (...args) => later(() => store.leaseSync!(...args)),
    fill: (...args) => later(() => store.fillSync!(...args)),
    renew: (...args) => later(() => store.renewSync!(...args)),
    release: (lease) => later(() => store.releaseSync!(lease)),
    invalidate: (...args) => later(() => !isFailing && store.invalidateSync!(...args)),
    subscribe: (listener) => store.subscribe(listener),
    state: store.state,
    promises: store.promises,
    close: () => store.close(),
  };
  /** Lets one operation end. */
  const step = async () => {
    await settle();
    waiting.shift()?.();
    await settle();
  };
  const run = async () => {
    for (let quiet = 0; quiet < 3; quiet = waiting.length > 0 ? 0 : quiet + 1) await step();
  };
  return { store, slow: tiered(slow), step, run, fail: (fails: boolean) => void (isFailing = fails) };
}

test('what was put is in an asynchronous store when it is delivered', async () => {
  const { store, slow, run } = slowStore();
  const get = memoize(async (_id: number) => 'loaded', { store: slow, name: 'put' });
  cacheOf(get).put([1], 'given');
  const delivered = cacheOf(get).delivered();
  await run();
  expect(await delivered).toBe('delivered');
  const other = memoize(async (_id: number) => 'loaded again', { store: store.client(), name: 'put' });
  expect(await other(1)).toBe('given');
});

test('what was put is not stored after a later delete, however slow the store is', async () => {
  const { store, slow, step, run } = slowStore();
  const get = memoize(async (_id: number) => 'loaded', { store: slow, name: 'put' });
  cacheOf(get).put([1], 'given');
  cacheOf(get).delete(1);
  await step();
  const delivered = cacheOf(get).delivered();
  await run();
  expect(await delivered).toBe('delivered');
  expect(await store.read([{ namespace: 'put@', key: '(1;1;' }])).toEqual([undefined]);
});

test('what is invalidated again while the store is being told of it is not forgotten', async () => {
  const { store, slow, step, run, fail } = slowStore();
  const get = memoize(async (_id: number) => 'loaded', { store: slow, name: 'told' });
  fail(true);
  cacheOf(get).delete(1);
  await run();
  fail(false);
  const first = cacheOf(get).delivered();
  await settle();
  await settle();
  const told = jest.spyOn(store, 'invalidateSync');
  cacheOf(get).delete(1);
  await step();
  await run();
  expect(await first).toBe('delivered');
  expect(told).toHaveBeenCalledTimes(2);
});
