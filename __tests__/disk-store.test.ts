import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { open } from 'lmdb';
import { OptionError } from 'memokit';
import { type DiskStore, type DiskStoreOptions, diskStore, StoreError } from 'memokit/disk';
import type { NewEntry, StoreEvent } from 'memokit/store';
import { type StoreUnderTest, storeContract } from 'memokit/testing';

const folder = mkdtempSync(join(tmpdir(), 'memokit-disk-'));
let directories = 0;
const newDirectory = () => join(folder, `${++directories}`);

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation((text) => void warnings.push(String(text)));
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

/** A store in a new directory, which two clients have opened, as two processes would. */
function diskStoreUnderTest(options: DiskStoreOptions = {}): StoreUnderTest {
  const directory = newDirectory();
  let time = 1_800_000_000_000;
  let isBroken = false;
  const clock = () => time;
  const failing = () => {
    // The clock is read in each operation.
    if (isBroken) throw new Error('the engine is broken');
    return time;
  };
  return {
    store: diskStore(directory, { coherence: 20, clock: failing, ...options }),
    other: diskStore(directory, { coherence: 20, clock, ...options }),
    advance: (ms) => void (time += ms),
    setBack: (ms) => void (time -= ms),
    fail: () => void (isBroken = true),
    dispose: () => rmSync(directory, { recursive: true }),
  };
}

for (const { name, run } of storeContract(() => diskStoreUnderTest())) {
  test(`diskStore keeps the contract: ${name}`, async () => {
    expect(['passed', name.includes('told of a fill') ? 'skipped' : 'passed']).toContain(await run());
  });
}

/** Fills a key of a namespace with a text. */
function put(store: DiskStore, key: string, text: string, more: Partial<NewEntry> = {}): void {
  const name = { namespace: 'f@1', key };
  const answer = store.leaseSync(name, 1000, store.readSync([name])[0]?.token);
  if (answer.kind !== 'taken') throw new Error(answer.kind);
  const value = Buffer.from(text);
  expect(store.fillSync(answer.lease, { value, ttl: Infinity, tags: [], ...more })).toBe('stored');
}

function get(store: DiskStore, key: string): string | undefined {
  const [entry] = store.readSync([{ namespace: 'f@1', key }]);
  return entry && Buffer.from(entry.value).toString();
}

/** The message with which a directory is refused. */
function refusalOf(directory: string): string {
  try {
    diskStore(directory);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).code).toBe('MEMOKIT_BAD_STORE');
    return (error as Error).message.replace(directory, 'DIR');
  }
  throw new Error('the directory was taken');
}

test('entries outlive the store, in a directory that it makes with those above it', async () => {
  const directory = join(newDirectory(), 'a', 'b');
  const store = diskStore(directory);
  put(store, 'x', 'value');
  await store.close();
  const again = diskStore(directory);
  expect(get(again, 'x')).toBe('value');
  await again.close();
});

test('a directory that is something else is refused with what is wrong with it', async () => {
  const [file, strange, other] = [newDirectory(), newDirectory(), newDirectory()];
  writeFileSync(file, 'text');
  for (const directory of [strange, other]) mkdirSync(directory);
  writeFileSync(join(strange, 'package.json'), '{}');
  writeFileSync(join(other, 'FORMAT'), 'memokit store 2\n');
  expect(refusalOf(file)).toBe('diskStore: DIR: expected a directory, but it is a file');
  expect(refusalOf(join(file, 'below'))).toBe(`diskStore: ${file}: expected a directory, but it is a file`);
  expect(refusalOf(strange)).toBe("diskStore: DIR: expected a store or an empty directory, but it has 'package.json'");
  expect(refusalOf(other)).toBe(
    "diskStore: DIR: expected a store of format 'memokit store 1', but it is one of 'memokit store 2'",
  );
  expect(existsSync(join(strange, 'data.mdb'))).toBe(false);
});

test('a link to nothing, and a path without a character, are refused', () => {
  const link = newDirectory();
  symlinkSync(join(folder, 'nothing'), link);
  expect(refusalOf(link)).toBe('diskStore: DIR: expected a directory, but it is a link to a place that is not there');
  expect(() => diskStore('')).toThrow("directory: expected a path, but got: ''");
});

test('data that was cut or overwritten is refused, and does not end the process', async () => {
  const directory = newDirectory();
  const store = diskStore(directory);
  for (let index = 0; index < 50; index++) put(store, `${index}`, 'x'.repeat(9000));
  await store.close();
  const data = join(directory, 'data.mdb');
  const whole = join(folder, 'whole.mdb');
  copyFileSync(data, whole);
  truncateSync(data, statSync(data).size - 3 * 4096);
  expect(refusalOf(directory)).toBe('diskStore: DIR: data.mdb was cut');
  truncateSync(data, 4200);
  expect(refusalOf(directory)).toMatch(/damaged or was written by another program/);
  writeFileSync(data, Buffer.alloc(20_000, 7));
  expect(refusalOf(directory)).toMatch(/damaged or was written by another program/);
  copyFileSync(whole, data);
  const again = diskStore(directory);
  expect(get(again, '49')).toHaveLength(9000);
  await again.close();
});

test('a directory without permission is refused', () => {
  // Only root can become a user who may not write.
  if (process.getuid?.() !== 0) return;
  const directory = newDirectory();
  mkdirSync(directory, { mode: 0o755 });
  process.seteuid!(65534);
  try {
    expect(refusalOf(directory)).toMatch(/EACCES: permission denied/);
    expect(refusalOf(join(directory, 'below'))).toMatch(/EACCES: permission denied/);
  } finally {
    process.seteuid!(0);
  }
});

test('options that are none are refused', () => {
  const wrong: [string, object][] = [
    ['maxBytes', { maxBytes: 1000 }],
    ['maxBytes', { maxBytes: '1 GB' }],
    ['sync', { sync: 'yes' }],
    ['coherence', { coherence: -1 }],
    ['leaseMs', { leaseMs: 0 }],
    ['clock', { clock: 5 }],
    ['options', { maxbytes: 1e9 }],
  ];
  for (const [name, options] of wrong) {
    expect(() => diskStore(newDirectory(), options)).toThrow(new RegExp(`^${name}: expected`));
    expect(() => diskStore(newDirectory(), options)).toThrow(OptionError);
  }
  expect(() => diskStore('')).toThrow(OptionError);
});

test('an engine that fails is warned of once', async () => {
  let isBroken = false;
  const clock = () => {
    if (isBroken) throw new Error('no space left on device');
    return Date.now();
  };
  const store = diskStore(newDirectory(), { clock });
  put(store, 'x', 'value');
  isBroken = true;
  expect([get(store, 'x'), get(store, 'x'), store.invalidateSync({ namespace: 'f@1' })]).toEqual([
    undefined,
    undefined,
    false,
  ]);
  expect(store.state).toEqual({ status: 'failing', error: expect.any(Error), failures: 3 });
  isBroken = false;
  expect(get(store, 'x')).toBe('value');
  expect(store.state).toMatchObject({ status: 'working', failures: 3 });
  expect(warnings).toEqual([
    `memokit: diskStore: ${store.directory}: no space left on device; going on without it (see store.state)`,
  ]);
  await store.close();
});

test('bytes that the store did not write are a miss', async () => {
  const store = diskStore(newDirectory());
  const tables = open(store.directory, { encoding: 'binary', keyEncoding: 'binary', noSubdir: false });
  const entries = tables.openDB('entries', { encoding: 'binary', keyEncoding: 'binary' });
  put(store, 'x', 'value');
  const [{ key, value }] = [...entries.getRange()].map((found) => ({
    key: Buffer.from(found.key as never),
    value: Buffer.from(found.value as never),
  })) as [{ key: Buffer; value: Buffer }];
  const newer = Buffer.from(value);
  newer[0] = 2;
  const garbled = Buffer.from(value);
  garbled.fill(255, 34, 40);
  for (const bytes of [
    newer,
    garbled,
    value.subarray(0, 20),
    value.subarray(0, 40),
    Buffer.from('text'),
    Buffer.of(),
  ]) {
    entries.putSync(key, bytes);
    expect(get(store, 'x')).toBe(undefined);
    expect(Buffer.from(entries.get(key) as never)).toEqual(Buffer.from(bytes));
  }
  put(store, 'x', 'again');
  expect(get(store, 'x')).toBe('again');
  expect(warnings).toEqual([]);
  await tables.close();
  await store.close();
});

test('the directory stays within its bytes, and keeps what is read', async () => {
  const maxBytes = 2e6;
  const store = diskStore(newDirectory(), { maxBytes });
  for (const length of [50, 800, 5000, 50]) {
    put(store, 'hot', 'kept');
    for (let index = 0; index < 1.5e7 / (length + 4000); index++) {
      put(store, `${length} ${index}`, 'x'.repeat(length));
      if (index % 50 === 0) expect(get(store, 'hot')).toBe('kept');
    }
    expect(statSync(join(store.directory, 'data.mdb')).size).toBeLessThan(1.1 * maxBytes);
    expect(store.size().bytes).toBeLessThanOrEqual(maxBytes);
  }
  expect(store.size().entries).toBeGreaterThan(100);
  await store.close();
}, 60_000);

test('namespaces, invalidations and leases that are never used again take a part of the bound only', async () => {
  const maxBytes = 1e6;
  const names = Array.from({ length: 4000 }, (_, index) => `${index} ${'n'.repeat(200)}`);
  const work: ((store: DiskStore, namespace: string) => void)[] = [
    (store, namespace) => {
      const answer = store.leaseSync({ namespace, key: 'k' }, 1000);
      if (answer.kind !== 'taken') throw new Error(answer.kind);
      store.fillSync(answer.lease, { value: Buffer.of(1), ttl: Infinity, tags: [] });
      store.readSync([{ namespace, key: 'k' }]);
    },
    (store, namespace) => store.invalidateSync({ namespace }),
    (store, tag) => store.invalidateSync({ tags: [tag] }),
    (store, namespace) => store.leaseSync({ namespace, key: 'k' }, 60_000),
  ];
  for (const use of work) {
    const store = diskStore(newDirectory(), { maxBytes });
    for (const name of names) use(store, name);
    expect(statSync(join(store.directory, 'data.mdb')).size).toBeLessThan(1.1 * maxBytes);
    // There is room for entries beside them.
    for (let index = 0; index < 100; index++) put(store, `${index}`, 'x'.repeat(1000));
    expect(get(store, '0')).toBe('x'.repeat(1000));
    await store.close();
  }
}, 60_000);

test('a value above an eighth of the bound is not stored, evicts nothing and is warned of once', async () => {
  const maxBytes = 1e6;
  const store = diskStore(newDirectory(), { maxBytes });
  for (let index = 0; index < 100; index++) put(store, `${index}`, 'x'.repeat(300));
  put(store, 'huge', 'small');
  for (let round = 0; round < 2; round++) put(store, 'huge', 'x'.repeat(130_000));
  expect([get(store, 'huge'), store.size().entries]).toEqual([undefined, 100]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /a result of f@1 has 1300\d\d bytes, and none above an eighth of maxBytes is stored, which is 125000$/,
    ),
  ]);
  for (let index = 0; index < 100; index++) put(store, `large ${index}`, 'x'.repeat(100_000));
  // Values that take a tenth of the bound need pages in a row.
  expect(statSync(join(store.directory, 'data.mdb')).size).toBeLessThan(1.5 * maxBytes);
  await store.close();
});

test('entries that ended leave first', async () => {
  let time = 1_800_000_000_000;
  const store = diskStore(newDirectory(), { maxBytes: 1e6, clock: () => time });
  for (let index = 0; index < 20; index++) put(store, `old ${index}`, 'x'.repeat(5000));
  for (let index = 0; index < 80; index++) put(store, `short ${index}`, 'x'.repeat(5000), { ttl: 1000 });
  time += 1000;
  for (let index = 0; index < 80; index++) put(store, `new ${index}`, 'x'.repeat(5000));
  expect(Array.from({ length: 20 }, (_, index) => get(store, `old ${index}`)?.length)).toEqual(Array(20).fill(5000));
  await store.close();
});

test('an entry that is read stays, round after round of the eviction', async () => {
  const store = diskStore(newDirectory(), { maxBytes: 1e6 });
  put(store, 'hot', 'kept');
  // There is room for some 100 entries. Each of them is read once, so the hand has to go round.
  for (let index = 0; index < 600; index++) {
    put(store, `${index}`, 'x'.repeat(5000));
    get(store, `${index}`);
    expect(get(store, 'hot')).toBe('kept');
  }
  await store.close();
}, 60_000);

test('reads of a process that fills nothing keep entries, and are noted when it closes the store', async () => {
  const directory = newDirectory();
  const [filler, reader] = [diskStore(directory, { maxBytes: 1e6 }), diskStore(directory, { maxBytes: 1e6 })];
  put(filler, 'hot', 'kept');
  expect(get(reader, 'hot')).toBe('kept');
  await reader.close();
  for (let index = 0; index < 150; index++) put(filler, `${index}`, 'x'.repeat(5000));
  expect(get(filler, 'hot')).toBe('kept');
  await filler.close();
});

test('a fill passes few entries, even if all of them were read', async () => {
  const store = diskStore(newDirectory(), { maxBytes: 1e6 });
  for (let index = 0; index < 2500; index++) put(store, `${index}`, 'value');
  for (let index = 0; index < 2500; index++) get(store, `${index}`);
  put(store, 'long', 'x'.repeat(120_000));
  expect(get(store, 'long')).toHaveLength(120_000);
  const tables = open(store.directory, { encoding: 'binary', keyEncoding: 'binary', noSubdir: false });
  const order = tables.openDB('order', { encoding: 'binary', keyEncoding: 'binary' });
  const read = [...order.getRange()].filter(({ value }) => (value as unknown as Buffer)[0] === 1);
  await tables.close();
  // It spared 1024 of them, and evicted what was read after that.
  expect(store.size().entries).toBeLessThan(2400);
  expect(read.length).toBeGreaterThan(100);
  await store.close();
}, 60_000);

test('an entry is there until its last fraction of a millisecond', async () => {
  let time = 1_800_000_000_000;
  const store = diskStore(newDirectory(), { clock: () => time });
  put(store, 'x', 'value', { ttl: 10.75 });
  time += 10.25;
  put(store, 'y', 'value');
  expect([get(store, 'x'), store.compact(), get(store, 'x')]).toEqual(['value', true, 'value']);
  time += 1;
  expect([store.compact(), store.size().entries]).toEqual([true, 1]);
  await store.close();
});

/** The records of a table. */
async function recordsOf(store: DiskStore, name: string): Promise<number> {
  const tables = open(store.directory, { encoding: 'binary', keyEncoding: 'binary', noSubdir: false });
  const count = tables.openDB(name, { encoding: 'binary', keyEncoding: 'binary' }).getKeysCount();
  await tables.close();
  return count;
}

/** The leases that are stored. */
async function leasesOf(store: DiskStore): Promise<number> {
  const tables = open(store.directory, { encoding: 'binary', keyEncoding: 'binary', noSubdir: false });
  // After them come the facts, and the records of the tables.
  const count = tables.getKeysCount({ end: Buffer.of(2) });
  await tables.close();
  return count;
}

test('leases that nobody asks for again are removed', async () => {
  let time = 1_800_000_000_000;
  const store = diskStore(newDirectory(), { clock: () => time });
  for (let index = 0; index < 200; index++) store.leaseSync({ namespace: 'killed', key: `${index}` }, 1000);
  expect(await leasesOf(store)).toBe(200);
  time += 1000;
  for (let index = 0; index < 200; index++) put(store, `${index}`, 'value');
  expect(await leasesOf(store)).toBe(0);
  await store.close();
});

test('invalidations of many keys take no more room than few, and have other clients distrust what they have', async () => {
  const directory = newDirectory();
  const [store, other] = [diskStore(directory, { maxBytes: 1e6 }), diskStore(directory, { coherence: 0 })];
  const events: StoreEvent[] = [];
  other.subscribe((event) => events.push(event));
  const keys = Array.from({ length: 1000 }, (_, index) => ({ namespace: 'f@1', key: `${index} ${'k'.repeat(100)}` }));
  store.invalidateSync({ keys });
  other.poll();
  expect(events).toEqual([{ kind: 'distrust' }]);
  for (let round = 0; round < 300; round++) store.invalidateSync({ keys: keys.slice(0, 10) });
  expect(await recordsOf(store, 'log')).toBeLessThan(30);
  events.length = 0;
  store.invalidateSync({ namespace: 'f@1' });
  other.poll();
  store.invalidateSync({ tags: ['a'] });
  other.poll();
  expect(events.map(({ kind }) => kind)).toEqual(['distrust', 'invalidated']);
  for (const client of [store, other]) await client.close();
});

test('clear of a namespace removes its entries, and fences its loads only', async () => {
  const store = diskStore(newDirectory());
  const lease = (namespace: string, key: string) => {
    const answer = store.leaseSync({ namespace, key }, 1000);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    return answer.lease;
  };
  const entry = { value: Buffer.from('value'), ttl: Infinity, tags: [] };
  for (let index = 0; index < 600; index++)
    store.fillSync(lease(index % 3 ? 'f@1' : 'g@1', `${index}${index % 2 ? 'k'.repeat(600) : ''}`), entry);
  const [fenced, kept] = [lease('f@1', 'late'), lease('g@1', 'late')];
  expect(store.clear('f@1')).toBe(true);
  expect([store.size().entries, store.fillSync(fenced, entry), store.fillSync(kept, entry)]).toEqual([
    200,
    'fenced',
    'stored',
  ]);
  expect([await recordsOf(store, 'entries'), await recordsOf(store, 'order')]).toEqual([201, 201]);
  await store.close();
});

test('a directory that is removed under an open store fails the store, and can be made again', async () => {
  const directory = newDirectory();
  const store = diskStore(directory);
  put(store, 'x', 'value');
  rmSync(directory, { recursive: true });
  // A look at the file serves for a millisecond.
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(store.leaseSync({ namespace: 'f@1', key: 'y' }, 1000)).toEqual({ kind: 'unavailable' });
  expect(get(store, 'x')).toBe(undefined);
  expect(store.state).toMatchObject({ status: 'failing', error: { message: 'the directory was removed or replaced' } });
  const again = diskStore(directory);
  put(again, 'x', 'new');
  expect([get(again, 'x'), get(store, 'x')]).toEqual(['new', undefined]);
  expect(warnings).toHaveLength(1);
  for (const client of [store, again]) await client.close();
});

test('a process that only polls or only reads notices that the directory was removed', async () => {
  const directory = newDirectory();
  const [polls, reads] = [diskStore(directory, { coherence: 0 }), diskStore(directory)];
  put(reads, 'x', 'value');
  const events: StoreEvent[] = [];
  polls.subscribe((event) => events.push(event));
  polls.poll();
  expect(events.length).toBeLessThan(2);
  events.length = 0;
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (let round = 0; round < 3; round++) polls.poll();
  expect([events, polls.state.status]).toEqual([[{ kind: 'distrust' }], 'failing']);
  expect([get(reads, 'x'), reads.state.status]).toEqual([undefined, 'failing']);
  for (const client of [polls, reads]) await client.close();
});

test('closing a store leaves another of the same directory in the process as it is, whatever their bounds', async () => {
  const directory = newDirectory();
  const [small, large] = [diskStore(directory, { maxBytes: 1e6 }), diskStore(directory, { maxBytes: '400MB' })];
  // More than the address space of the first.
  for (let index = 0; index < 900; index++) put(large, `${index}`, 'x'.repeat(90_000));
  await small.close();
  expect([get(large, '899')?.length, get(small, '899')]).toEqual([90_000, undefined]);
  put(large, 'x', 'value');
  expect(get(large, 'x')).toBe('value');
  await large.close();
}, 60_000);

test('worker threads share a directory', async () => {
  const directory = newDirectory();
  const store = diskStore(directory);
  const workers = [1, 2, 3].map(
    (worker) =>
      new Worker(
        `(async () => {
      const { diskStore } = await import(${JSON.stringify(pathToFileURL('dist/disk.js').href)});
      const store = diskStore(${JSON.stringify(directory)});
      for (let index = 0; index < 50; index++) {
        const { lease } = store.leaseSync({ namespace: 'f@1', key: '${worker} ' + index }, 1000);
        store.fillSync(lease, { value: Buffer.from('value'), ttl: 1e6, tags: [] });
      }
      await store.close();
    })()`,
        { eval: true },
      ),
  );
  for (const code of await Promise.all(workers.map((worker) => once(worker, 'exit')))) expect(code).toEqual([0]);
  expect([get(store, '1 49'), get(store, '3 49'), store.size().entries]).toEqual(['value', 'value', 150]);
  await store.close();
});

/** Runs a test on a disk of so many bytes. Only root can make one, and not on every machine. */
function onSmallDisk(bytes: number, run: (disk: string) => Promise<void>): Promise<void> | undefined {
  const disk = newDirectory();
  mkdirSync(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk]);
  if (status !== 0) return undefined;
  return run(disk).finally(() => void spawnSync('umount', ['-l', disk]));
}

test('a full disk makes misses and one warning, keeps what is there, and works again when it has room', () =>
  onSmallDisk(12e6, async (disk) => {
    const reserve = join(disk, 'reserve');
    writeFileSync(reserve, Buffer.alloc(5e6));
    const store = diskStore(join(disk, 'store'), { maxBytes: '100MB' });
    put(store, 'early', 'kept');
    const value = Buffer.alloc(90_000);
    const fill = (key: string) => {
      const answer = store.leaseSync({ namespace: 'f@1', key }, 1000);
      return answer.kind === 'taken' ? store.fillSync(answer.lease, { value, ttl: 1e9, tags: [] }) : answer.kind;
    };
    const answers = Array.from({ length: 200 }, (_, index) => fill(`${index}`));
    expect(new Set(answers)).toEqual(new Set(['stored', 'unavailable']));
    expect([answers[0], answers[199]]).toEqual(['stored', 'unavailable']);
    expect(store.state).toMatchObject({ status: 'failing', error: { message: 'no space left on the disk' } });
    // So many reads that they would be noted.
    for (let index = 0; index < 3000; index++) expect(get(store, 'early')).toBe('kept');
    expect(() => diskStore(join(disk, 'other'))).toThrow(/other: no space left on the disk|ENOSPC/);
    expect(warnings).toHaveLength(1);
    rmSync(reserve);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect([fill('late'), store.state.status]).toEqual(['stored', 'working']);
    await store.close();
  }));

test('clear removes everything, fences loads and has other clients distrust what they have', async () => {
  const directory = newDirectory();
  const [store, other] = [diskStore(directory), diskStore(directory, { coherence: 0 })];
  const events: StoreEvent[] = [];
  other.subscribe((event) => events.push(event));
  put(store, 'x', 'value', { tags: ['a'] });
  const answer = store.leaseSync({ namespace: 'f@1', key: 'y' }, 1000);
  expect(store.size()).toMatchObject({ entries: 1 });
  expect(store.clear()).toBe(true);
  other.poll();
  expect([get(other, 'x'), events, store.size()]).toEqual([
    undefined,
    [{ kind: 'distrust' }],
    { entries: 0, bytes: 0 },
  ]);
  const entry = { value: new Uint8Array(), ttl: 1, tags: [] };
  expect(answer.kind === 'taken' && store.fillSync(answer.lease, entry)).toBe('fenced');
  put(store, 'x', 'new');
  expect(get(other, 'x')).toBe('new');
  for (const client of [store, other]) await client.close();
  expect([store.clear(), store.compact(), store.size()]).toEqual([false, false, { entries: 0, bytes: 0 }]);
});

test('compact removes what has ended', async () => {
  let time = 1_800_000_000_000;
  const store = diskStore(newDirectory(), { clock: () => time });
  for (let index = 0; index < 20; index++) put(store, `${index}`, 'value', { ttl: 1000 });
  put(store, 'kept', 'value');
  time += 1000;
  expect([store.size().entries, store.compact(), store.size().entries]).toEqual([21, true, 1]);
  expect(get(store, 'kept')).toBe('value');
  await store.close();
});

test('a poll tells of what is older than the time in which it may not, also where the thread was busy since the last', async () => {
  const directory = newDirectory();
  const [store, other] = [0, 1].map(() => diskStore(directory, { coherence: 20 })) as [DiskStore, DiskStore];
  const events: StoreEvent[] = [];
  store.subscribe((event) => events.push(event));
  store.poll();
  other.invalidateSync({ tags: ['t'] });
  // No timer fires, so that a reading of the clock from before would still be in use.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
  store.poll();
  expect(events).toEqual([{ kind: 'invalidated', what: { tags: ['t'] }, mode: 'remove' }]);
  for (const client of [store, other]) await client.close();
});

test('a client that has missed more invalidations than are stored is told to distrust what it has', async () => {
  const directory = newDirectory();
  const [store, other] = [diskStore(directory), diskStore(directory, { coherence: 0 })];
  const events: StoreEvent[] = [];
  other.subscribe((event) => events.push(event));
  for (let index = 0; index < 10_000; index++) store.invalidateSync({ namespace: 'n' });
  other.poll();
  expect(events).toHaveLength(10_000);
  for (let index = 0; index < 10_001; index++) store.invalidateSync({ namespace: 'n' });
  events.length = 0;
  other.poll();
  expect(events).toEqual([{ kind: 'distrust' }]);
  for (const client of [store, other]) await client.close();
}, 60_000);

test('more tags than are stored make tagged entries miss, and no old one be served', async () => {
  const store = diskStore(newDirectory());
  put(store, 'tagged', 'old', { tags: ['first'] });
  put(store, 'bystander', 'old', { tags: ['never'] });
  put(store, 'untagged', 'kept');
  store.invalidateSync({ tags: ['first'] });
  put(store, 'late', 'kept', { tags: ['first'] });
  for (let round = 0; round < 11; round++)
    store.invalidateSync({ tags: Array.from({ length: 1000 }, (_, index) => `${round} ${index}`) });
  expect(get(store, 'tagged')).toBe(undefined);
  // Whether one of its tags was invalidated is no longer known.
  expect(get(store, 'bystander')).toBe(undefined);
  expect(get(store, 'untagged')).toBe('kept');
  put(store, 'bystander', 'new', { tags: ['never'] });
  expect(get(store, 'bystander')).toBe('new');
  store.invalidateSync({ tags: ['never'] });
  expect(get(store, 'bystander')).toBe(undefined);
  await store.close();
}, 60_000);

test('more namespaces than are stored make entries of others miss, and no old one be served', async () => {
  const store = diskStore(newDirectory(), { maxBytes: 1e6 });
  put(store, 'old', 'old');
  store.invalidateSync({ namespace: 'f@1' }, 'expire');
  for (let index = 0; index < 1000; index++) store.invalidateSync({ namespace: `${index}` });
  expect(get(store, 'old')).toBe(undefined);
  put(store, 'new', 'new');
  expect(get(store, 'new')).toBe('new');
  store.invalidateSync({ namespace: 'f@1' });
  expect(get(store, 'new')).toBe(undefined);
  await store.close();
}, 60_000);

test('with sync, an entry is there as without', async () => {
  const directory = newDirectory();
  const store = diskStore(directory, { sync: true });
  put(store, 'x', 'value');
  await store.close();
  const again = diskStore(directory, { sync: true });
  expect(get(again, 'x')).toBe('value');
  await again.close();
});
