import { cached, cachedProxy, cacheOf, memoize } from 'memokit';
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
  portable,
  type Store,
  type StoredEntry,
  type StoreKey,
  type TieredStore,
  tiered,
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

/** The option `store` and those beside it, on methods, functions, batches and proxies. */
interface User {
  readonly id: number;
  readonly name: string;
}
declare const user: StandardSchemaV1<unknown, User>;

/** A schema, as the specification of Standard Schema has it. zod, valibot and arktype need newer compilers than memokit. */
interface StandardSchemaV1<Input, Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Result<Output> | Promise<Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}
type Result<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{
        readonly message: string;
        readonly path?: ReadonlyArray<PropertyKey> | undefined;
      }>;
    };

export class Tenant {
  constructor(readonly name: string) {}

  @cached({ store: memory, version: 2, id: (self: Tenant) => self.name, check: user, ttl: '1d' })
  async find(id: number): Promise<User> {
    return { id, name: this.name };
  }

  @cached({ store: memory, per: 'class', name: 'Tenant.count', version: 'two' })
  count(text: string): number {
    return text.length;
  }

  @cached({ store: memory, id: ({ name }: Tenant) => name })
  get title(): string {
    return this.name;
  }

  @cached({ store: memory })
  static of(name: string): string {
    return name;
  }
}

export const summarize: (text: string) => { words: number } = memoize(
  function summarize(text: string) {
    return { words: text.length };
  },
  { store: memory, version: 1, check: user },
);
export const nameOf: (id: number) => Promise<string> = memoize.many(
  async function nameOf(ids: readonly number[]) {
    return ids.map((id) => `user ${id}`);
  },
  { store: memory },
);
export const stored = memoize.with({ store: memory, ttl: '1h' });
export const lengthOf: (text: string) => number = stored((text: string) => text.length, { name: 'lengthOf' });
const service = cached.with({ store: memory, per: 'class' });
export class Prices {
  @service({ version: 3 })
  async rate(currency: string): Promise<number> {
    return currency.length;
  }
}
export const proxied: { get(id: number): string } = cachedProxy(
  { get: (id: number) => `${id}` },
  { get: { store: memory, id: () => 'main', name: 'Api.get' } },
);
export const own: TieredStore<Nothing> = tiered(new Nothing(), { codec: portable(), leaseMs: '5s' });
export const asynchronous = memoize(async (n: number) => n, { store: own, name: 'asynchronous' });
export const disk = (directory: string) =>
  memoize((n: number) => n, {
    store: diskStore(directory, { codec: portable(), leaseMs: '1m' }),
    name: 'disk',
    version: '1',
  });
export async function told(): Promise<string> {
  const delivery: 'delivered' | 'journaled' = await cacheOf(summarize).delivered();
  const { storeHits, unreadable } = cacheOf(new Tenant('acme'), 'find').stats();
  return `${delivery} ${storeHits satisfies number} ${unreadable satisfies number}`;
}
