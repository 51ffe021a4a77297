import { type Bytes, type DiskStore, type DiskStoreOptions, diskStore, StoreError } from 'memokit/disk';
import {
  type FillAnswer,
  type KeyValueStoreOptions,
  type KeyvLike,
  keyvStore,
  type Lease,
  type LeaseAnswer,
  type MemoryStore,
  memoryStore,
  type Store,
  type StoredEntry,
  type StoreKey,
  type UnstorageLike,
  unstorageStore,
} from 'memokit/store';
import { type StoreUnderTest, storeContract } from 'memokit/testing';

/** What uses a store, makes one, and tries one, as a user of the published types writes it. */

export const key: StoreKey = { namespace: 'square@1', key: '3' };

export async function through(store: Store, load: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const [entry]: (StoredEntry | undefined)[] = await store.read([key]);
  const answer: LeaseAnswer = await store.lease(key, 1000, entry?.token);
  if (answer.kind === 'found') return answer.entry.value;
  if (answer.kind !== 'taken') return load();
  const lease: Lease = answer.lease;
  const value = await load();
  const outcome: FillAnswer = await store.fill(lease, { value, ttl: Infinity, tags: ['squares'] });
  if (outcome === 'fenced') await store.invalidate({ keys: [key] }, 'expire');
  await store.invalidate({ namespace: 'square@1' });
  await store.invalidate({ tags: ['squares'] });
  return value;
}

export const memory: MemoryStore = memoryStore({ clock: () => Date.now() });
export const other: MemoryStore = memory.client();
const maxBytes: Bytes = '500MB';
const options: DiskStoreOptions = { maxBytes, sync: true, coherence: '1s', leaseMs: 500 };

export function opened(directory: string): DiskStore | string {
  try {
    return diskStore(directory, options);
  } catch (error) {
    if (error instanceof StoreError) return `${error.code satisfies 'MEMOKIT_BAD_STORE'}`;
    throw error;
  }
}

/** A store that can do without what is optional. */
export class Nothing implements Store {
  readonly state = { status: 'working', error: undefined, failures: 0 } as const;
  readonly promises = {
    leases: 'none',
    isFenced: false,
    hasTags: false,
    coherence: Infinity,
    tellsFills: false,
    isDurable: false,
  } as const;
  read = async (keys: readonly StoreKey[]) => keys.map(() => undefined);
  lease = async (): Promise<LeaseAnswer> => ({ kind: 'unavailable' });
  fill = async (): Promise<FillAnswer> => 'unavailable';
  renew = async () => false;
  release = async () => {};
  invalidate = async () => false;
  subscribe = () => () => {};
  close = async () => {};
}

const given: StoreUnderTest = { store: new Nothing(), other: new Nothing(), advance: () => {} };
export const cases = storeContract(() => given).map(({ name, run }) => [name, run] as const);

/** Clients that a program makes itself. Those of keyv and unstorage are checked where key-value-stores.test.ts uses them. */
const keyv: KeyvLike = {
  get: async (keys) => keys.map(() => undefined),
  set: async (_key, _value, _ttl) => true,
  delete: async () => false,
  on: () => {},
};
const storage: UnstorageLike = {
  getItems: async (keys) => keys.map((name) => ({ key: name, value: null })),
  setItem: async (_key, _value, _options) => {},
  removeItem: async () => {},
};
const clockOnly: KeyValueStoreOptions = { clock: Date.now };
export const overKeyv: Store = keyvStore(keyv, clockOnly);
export const overStorage: Store = unstorageStore(storage, clockOnly);
