/**
 * Source: unstorage 1.17, `test/drivers/utils.ts` (github.com/unjs/unstorage), which its package does not ship. What it says of
 * a driver, in our words, of a driver over a store of memokit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { diskStore } from 'memokit/disk';
import { keyvStore, memoryStore, type Store, unstorageStore } from 'memokit/store';
import { createStorage, restoreSnapshot } from 'unstorage';
import { storageDriver } from './adapters.js';

const folder = mkdtempSync(join(tmpdir(), 'memokit-unstorage-'));
const stores: Store[] = [];
afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true });
});

describe.each([
  ['memoryStore', () => memoryStore()],
  ['diskStore', () => diskStore(join(folder, `${stores.length}`))],
  ['keyvStore', () => keyvStore(new Keyv())],
  ['unstorageStore', () => unstorageStore(createStorage())],
] as [string, () => Store][])('a driver over %s', (_, make) => {
  const newStorage = () => {
    const store = make();
    stores.push(store);
    return createStorage({ driver: storageDriver(store) });
  };

  test('a new storage has no item', async () => {
    const storage = newStorage();
    expect(await storage.hasItem('a:b')).toBe(false);
    expect(await storage.getItem('a:b')).toBe(null);
    expect(await storage.getItemRaw('a:b')).toBe(null);
    expect(await storage.getKeys()).toEqual([]);
  });

  test('an item is there under its key, whatever its query is', async () => {
    const storage = newStorage();
    await storage.setItem('a:b', 'one');
    await storage.setItem('c?version=1', 'two');
    expect([await storage.hasItem('a:b'), await storage.getItem('a:b')]).toEqual([true, 'one']);
    expect(await storage.getItem('c?version=2')).toBe('two');
    expect(await storage.getItem('a')).toBe(null);
  });

  test('a snapshot is restored', async () => {
    const storage = newStorage();
    await restoreSnapshot(storage, { a: 'one', 'b:c': 'two' });
    expect([await storage.getItem('a'), await storage.getItem('b:c')]).toEqual(['one', 'two']);
  });

  test.each([[{ deep: { list: [1, null] } }], [true], [false], [0], [null], ['text']])(
    '%j comes back',
    async (value) => {
      const storage = newStorage();
      await storage.setItem('value.json', value);
      expect(await storage.getItem('value.json')).toEqual(value);
    },
  );

  test('an object is stored as its toJSON says, and one without is refused', async () => {
    const storage = newStorage();
    class Point {
      toJSON = () => ({ x: 1 });
    }
    class Plain {}
    await storage.setItem('point', new Point());
    expect(await storage.getItem('point')).toEqual({ x: 1 });
    await expect(storage.setItem('plain', new Plain())).rejects.toThrow('Cannot stringify value');
  });

  test('raw bytes come back', async () => {
    const storage = newStorage();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await storage.setItemRaw('raw.bin', bytes);
    expect(new Uint8Array((await storage.getItemRaw('raw.bin')) as Uint8Array)).toEqual(bytes);
  });

  test('several items are written and read at once, in their order', async () => {
    const storage = newStorage();
    await storage.setItems([
      { key: 'a:1', value: 'one' },
      { key: 'a:2', value: 'two' },
    ]);
    expect(await storage.getItems(['a:2', { key: 'a:1?q' }, 'a:3'])).toEqual([
      { key: 'a:2', value: 'two' },
      { key: 'a:1', value: 'one' },
      { key: 'a:3', value: null },
    ]);
  });

  test('an item is removed, and others stay', async () => {
    const storage = newStorage();
    await storage.setItem('a:1', 'one');
    await storage.setItem('a:2', 'two');
    await storage.removeItem('a:1');
    expect([await storage.hasItem('a:1'), await storage.getItem('a:1')]).toEqual([false, null]);
    expect(await storage.getItem('a:2')).toBe('two');
  });

  test('a storage is cleared, also if it is empty', async () => {
    const storage = newStorage();
    await storage.clear();
    await storage.setItem('a', 'one');
    await storage.clear();
    expect(await storage.hasItem('a')).toBe(false);
    await storage.setItem('a', 'two');
    expect(await storage.getItem('a')).toBe('two');
  });

  // A difference by choice: a store has no list of its keys.
  test('no keys are listed', async () => {
    const storage = newStorage();
    await storage.setItem('a', 'one');
    expect(await storage.getKeys()).toEqual([]);
  });
});
