import type { TieredStore } from '../tier/tiered.js';
import type { KeyValueClient } from './shared-client.js';
import { type KeyValueEngine, type KeyValueStoreOptions, storeOver } from './store-over.js';

/** What `keyvStore` needs of a Keyv, of version 5 or 6. */
export interface KeyvLike {
  get(keys: string[]): Promise<unknown[]>;
  set(key: string, value: string, ttl?: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  on(event: string, listener: (error: any) => void): unknown;
}

/**
 * Makes a store over a [Keyv](https://keyv.org), and so over each engine that Keyv has an adapter for: Memcached, SQLite,
 * PostgreSQL and others. Leases and fences are of this process: see `promises`. Closing the store leaves the Keyv open.
 * @throws OptionError if the object is no Keyv, or for an option.
 *
 * @example
 * const store = keyvStore(new Keyv(new KeyvMemcache('localhost:11211')));
 */
export function keyvStore(keyv: KeyvLike, options: KeyValueStoreOptions = {}): TieredStore {
  return storeOver(ENGINE, keyv, options);
}

const ENGINE: KeyValueEngine<KeyvLike> = {
  name: 'keyvStore',
  expected: 'a Keyv',
  methods: ['get', 'set', 'delete', 'on'],
  connect: clientOf,
};

function clientOf(keyv: KeyvLike): KeyValueClient {
  // A Keyv tells of errors by events, and answers as if there were nothing. Without a listener some versions throw.
  let errors = 0;
  let last: unknown;
  keyv.on('error', (error) => {
    errors++;
    last = error;
  });
  const attempt = async <T>(run: () => Promise<T>, failed?: T): Promise<T> => {
    const before = errors;
    const result = await run();
    // The event may be of another operation at the same time. The engine is in trouble then too.
    if (errors > before) throw last;
    if (result === failed) throw new Error('the engine has not taken a value');
    return result;
  };
  return {
    // Memcached takes no spaces and no control characters, and 250 bytes with the namespace.
    plain: /^[!-~]{1,120}$/,
    read: (keys) => attempt(() => keyv.get(keys)),
    // 0 is no ttl. Without it a Keyv that has a ttl would give it to records that must not end, such as marks.
    write: (key, text, ttl) => attempt(() => keyv.set(key, text, ttl ?? 0), false),
    // False says that there was nothing to delete.
    remove: (key) => attempt(() => keyv.delete(key)),
  };
}
