import { resolve } from 'node:path';
import { OptionError } from '../errors.js';
import { assign } from '../platform.js';
import { warnOfFailure } from '../store/failure-guard.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { type SourceStore, type TierOptions, tiered } from '../tier/tiered.js';
import { type Duration, durationOf } from '../time/duration.js';
import { ownOptions, requireFunction, requireOption } from '../validate.js';
import { prepareDirectory, refuse } from './directory.js';
import { LmdbEngine } from './lmdb-engine.js';
import type { Size } from './room.js';
import { type Bytes, bytesOf } from './size.js';

export interface DiskStoreOptions extends TierOptions {
  /** The bytes that the directory may take, from 1 MB. Over them the least recently used entries leave. The default is `'1GB'`. */
  readonly maxBytes?: Bytes;
  /**
   * Whether each write waits until the disk has it. Without it a process that is killed loses nothing either, but a power
   * failure can lose the latest entries, or all. The default is false.
   */
  readonly sync?: boolean;
  /** How long a process may not know what another has invalidated: milliseconds, or a text. 0 asks at each call. The default is 100. */
  readonly coherence?: Duration;
  /** The wall clock in milliseconds, for tests. The default is `Date.now`. */
  readonly clock?: () => number;
}

/** A store in a directory, which any number of processes of one machine may open at once. */
export interface DiskStore extends Required<Store>, SourceStore {
  readonly directory: string;
  /** How long leases are to be asked for. */
  readonly leaseMs: number;
  /**
   * Removes every entry, or those of one namespace, and fences their loads. False if the engine failed. O(1), and O(entries)
   * for a namespace.
   */
  clear(namespace?: string): boolean;
  /** How many entries there are, and what they take. O(1). */
  size(): Size;
  /** Removes what has ended. The file keeps its size, and its free pages are used again. False if the engine failed. O(entries that ended). */
  compact(): boolean;
}

/**
 * Opens a store in a directory, which it makes if it is not there. The package `lmdb` has to be installed.
 * @throws StoreError if the directory is something else, or cannot be used. @throws OptionError for an option.
 *
 * @example
 * const store = diskStore('.cache/results', { maxBytes: '500MB' });
 */
export function diskStore(directory: string, options: DiskStoreOptions = {}): DiskStore {
  requireOption(typeof directory === 'string', 'directory', 'a path', directory);
  if (directory === '') throw new OptionError("directory: expected a path, but got: ''");
  const own = ownOptions(options, 'maxBytes sync coherence clock codec leaseMs');
  const { sync = false, clock = () => Date.now() } = own;
  requireOption(typeof sync === 'boolean', 'sync', 'a boolean', sync);
  requireFunction('clock', clock);
  const maxBytes = bytesOf('maxBytes', own.maxBytes ?? '1GB');
  const coherence = durationOf('coherence', own.coherence ?? 100);
  const leaseMs = durationOf('leaseMs', own.leaseMs ?? 3000, true);
  const path = resolve(directory);
  prepareDirectory(path);
  const warn = (text: string) => console.warn(`memokit: diskStore: ${path}: ${text}`);
  const engine = openEngine(path, maxBytes, sync, warn);
  const promises = {
    leases: 'all',
    isFenced: true,
    hasTags: true,
    coherence,
    tellsFills: false,
    isDurable: true,
  } as const;
  const store = new LocalStore(engine, { promises, clock, onFailure: warnOfFailure(`diskStore: ${path}`) });
  const attempt = (run: () => void) => {
    const runs = () => {
      run();
      return true;
    };
    return store.attempt(runs, false);
  };
  const disk = assign(store, {
    directory: path,
    leaseMs,
    clear: (...args: [namespace?: string]) => {
      if (args.length === 0) return attempt(() => engine.clear());
      // A namespace that is undefined by mistake must not clear everything.
      const namespace = args[0]!;
      return store.invalidateSync({ namespace }) && attempt(() => engine.removeNamespace(namespace));
    },
    size: () => store.attempt(() => engine.size(), { entries: 0, bytes: 0 }),
    compact: () => attempt(() => engine.compact(clock())),
    poll: () => store.catchUp(),
  });
  const { codec } = own;
  return tiered(disk, { codec, leaseMs });
}

function openEngine(
  directory: string,
  ...more: [maxBytes: number, isSynced: boolean, warn: (text: string) => void]
): LmdbEngine {
  try {
    return new LmdbEngine(directory, ...more);
  } catch (error) {
    return refuse(directory, (error as Error).message, error);
  }
}
