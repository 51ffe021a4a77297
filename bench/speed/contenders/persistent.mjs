/**
 * A persistent memoizer: `open(directory, fn, library)` gives the function memoized in a directory, where a later process
 * finds the results again. `load()` resolves to the library. `isFilePerEntry`: each entry is a file of its own. It gives
 *
 * - `call(id)`: the result, or a promise of it.
 * - `settle()`, where it has one: resolves when all that was stored is there. `close()`, where it has one: ends it.
 *
 * Every one of them reads the disk at each hit: memokit, whose memory would answer, keeps one entry there, and is asked for
 * another each time.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Those of all libraries, after what one writes by hand, and ours. */
export function persistentOf(builds) {
  return [{ name: 'files by hand', isFilePerEntry: true, open: filesByHand }, ...builds.flatMap(oursOf), ...PEERS];
}

/** `path` is the entry point of a build; its store on disk is beside it. */
function oursOf({ name, path, memokit }) {
  const load = async () => (await import(new URL('disk.js', pathToFileURL(path)))).diskStore;
  const open = (directory, fn, diskStore) => {
    const store = diskStore(directory);
    const call = memokit.memoize(fn, { store, name: 'bench', capacity: 1 });
    return { call, settle: () => memokit.cacheOf(call).delivered(), close: () => store.close() };
  };
  return [
    { name, load, open },
    {
      name: `${name}, async`,
      load,
      open: (directory, fn, diskStore) => open(directory, async (id) => fn(id), diskStore),
    },
  ];
}

function filesByHand(directory, fn) {
  mkdirSync(directory, { recursive: true });
  const call = (id) => {
    const path = join(directory, String(id));
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
    const value = fn(id);
    writeFileSync(path, JSON.stringify(value));
    return value;
  };
  return { call };
}

const cachePoint = { isFilePerEntry: true, load: async () => (await import('cache-point')).default };

const PEERS = [
  {
    name: 'memoize-fs',
    isFilePerEntry: true,
    load: async () => (await import('memoize-fs')).default,
    open: async (directory, fn, memoizeFs) => ({ call: await memoizeFs({ cachePath: directory }).fn(fn) }),
  },
  {
    ...cachePoint,
    name: 'cache-point',
    open(directory, fn, CachePoint) {
      const cache = new CachePoint({ dir: directory });
      const call = async (id) => {
        try {
          return await cache.read(id);
        } catch {
          const value = fn(id);
          await cache.write(id, value);
          return value;
        }
      };
      return { call };
    },
  },
  {
    ...cachePoint,
    name: 'cache-point, sync',
    open(directory, fn, CachePoint) {
      const cache = new CachePoint({ dir: directory });
      const call = (id) => {
        const known = cache.readSync(id);
        if (known !== null) return known;
        const value = fn(id);
        cache.writeSync(id, value);
        return value;
      };
      return { call };
    },
  },
  {
    name: 'async-disk-cache',
    isFilePerEntry: true,
    load: async () => (await import('async-disk-cache')).default,
    open(directory, fn, AsyncDiskCache) {
      const cache = new AsyncDiskCache('bench', { location: directory });
      const call = async (id) => {
        const entry = await cache.get(String(id));
        if (entry.isCached) return JSON.parse(entry.value);
        const value = fn(id);
        await cache.set(String(id), JSON.stringify(value));
        return value;
      };
      return { call };
    },
  },
  {
    name: 'keyv + SQLite',
    load: async () => ({ ...(await import('keyv')), ...(await import('./sqlite.mjs')) }),
    open(directory, fn, { Keyv, Sqlite }) {
      mkdirSync(directory, { recursive: true });
      const store = new Sqlite(join(directory, 'keyv.sqlite'));
      const keyv = new Keyv({ store });
      const call = async (id) => {
        const known = await keyv.get(String(id));
        if (known !== undefined) return known;
        const value = fn(id);
        await keyv.set(String(id), value);
        return value;
      };
      return { call, close: () => store.disconnect() };
    },
  },
];
