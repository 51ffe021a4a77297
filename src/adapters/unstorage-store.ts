import type { TieredStore } from '../tier/tiered.js';
import type { KeyValueClient } from './shared-client.js';
import { type KeyValueEngine, type KeyValueStoreOptions, storeOver } from './store-over.js';

/** What `unstorageStore` needs of a storage of unstorage. */
export interface UnstorageLike {
  getItems(keys: string[]): Promise<{ key: string; value: unknown }[]>;
  setItem(key: string, value: string, options?: { ttl?: number }): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/**
 * Makes a store over a storage of [unstorage](https://unstorage.unjs.io), and so over each engine that it has a driver for:
 * S3, Cloudflare KV, files and others. Leases and fences are of this process: see `promises`. Closing the store leaves the
 * storage open.
 * @throws OptionError if the object is no storage, or for an option.
 *
 * @example
 * const store = unstorageStore(prefixStorage(createStorage({ driver: s3Driver(bucket) }), 'results'));
 */
export function unstorageStore(storage: UnstorageLike, options: KeyValueStoreOptions = {}): TieredStore {
  return storeOver(ENGINE, storage, options);
}

const ENGINE: KeyValueEngine<UnstorageLike> = {
  name: 'unstorageStore',
  expected: 'a storage',
  methods: ['getItems', 'setItem', 'removeItem'],
  connect: clientOf,
};

function clientOf(storage: UnstorageLike): KeyValueClient {
  return {
    // No `plain` names: `:` and `/` make folders, `?` ends a key, and a file system may not tell `a` from `A`.
    read: async (keys) => (await storage.getItems(keys)).map(({ value }) => value),
    write: (key, text, ttl) => storage.setItem(key, text, ttl === undefined ? {} : { ttl: ttl / 1000 }),
    remove: (key) => storage.removeItem(key),
  };
}
