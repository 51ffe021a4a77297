import type { Store, StoreKey } from 'memokit/store';
import type { Driver } from 'unstorage';

/**
 * Engines of Keyv and unstorage over a store of memokit, so that the suites of both can try our stores. A store has no list of
 * its keys, so neither has an iterator.
 */

const text = new TextDecoder();
const bytes = new TextEncoder();

/** Reads a text. */
async function read(store: Store, key: StoreKey): Promise<string | undefined> {
  const [entry] = await store.read([key]);
  return entry && text.decode(entry.value);
}

/** Writes a text in the way that `Store` says for a value that the program made itself. */
async function write(store: Store, key: StoreKey, value: string | Uint8Array, ttl = Infinity): Promise<boolean> {
  await store.invalidate({ keys: [key] });
  const answer = await store.lease(key, 1000);
  if (answer.kind !== 'taken') return false;
  const encoded = typeof value === 'string' ? bytes.encode(value) : value;
  return (await store.fill(answer.lease, { value: encoded, ttl, tags: [] })) === 'stored';
}

/** A storage adapter of Keyv. The namespace of the Keyv is that of the keys. */
export class KeyvStorage {
  readonly opts: Record<string, unknown> = {};
  namespace: string | undefined;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  #key(key: string): StoreKey {
    return { namespace: `${this.namespace}`, key };
  }

  async get(key: string): Promise<string | undefined> {
    return read(this.#store, this.#key(key));
  }

  async set(key: string, value: string, ttl?: number): Promise<boolean> {
    return write(this.#store, this.#key(key), value, ttl);
  }

  async delete(key: string): Promise<boolean> {
    const isThere = (await this.get(key)) !== undefined;
    return (await this.#store.invalidate({ keys: [this.#key(key)] })) && isThere;
  }

  async clear(): Promise<void> {
    await this.#store.invalidate({ namespace: `${this.namespace}` });
  }

  on(): this {
    return this;
  }
}

/** A driver of unstorage. */
export function storageDriver(store: Store): Driver {
  const keyOf = (key: string) => ({ namespace: 'unstorage', key });
  return {
    name: 'memokit',
    hasItem: async (key) => (await read(store, keyOf(key))) !== undefined,
    getItem: async (key) => (await read(store, keyOf(key))) ?? null,
    getItems: async (items) => {
      const entries = await store.read(items.map(({ key }) => keyOf(key)));
      return entries.map((entry, index) => ({
        key: items[index]!.key,
        value: entry ? text.decode(entry.value) : null,
      }));
    },
    getItemRaw: async (key) => (await store.read([keyOf(key)]))[0]?.value ?? null,
    setItem: async (key, value) => void (await write(store, keyOf(key), value)),
    setItemRaw: async (key, value) => void (await write(store, keyOf(key), value)),
    removeItem: async (key) => void (await store.invalidate({ keys: [keyOf(key)] })),
    getKeys: () => [],
    clear: async () => void (await store.invalidate({ namespace: 'unstorage' })),
  };
}
