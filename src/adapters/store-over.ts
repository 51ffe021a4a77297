import { type TieredStore, type TierOptions, tiered } from '../tier/tiered.js';
import { ownOptions, requireFunction, requireOption } from '../validate.js';
import { KeyValueStore } from './key-value-store.js';
import { type KeyValueClient, SharedClient } from './shared-client.js';

export interface KeyValueStoreOptions extends TierOptions {
  /** The wall clock in milliseconds, for tests. The default is `Date.now`. */
  readonly clock?: () => number;
}

/** What a client has to be, how it is used, and the name of the function that the user has called. */
export interface KeyValueEngine<Client> {
  readonly name: string;
  readonly expected: string;
  readonly methods: readonly (keyof Client & string)[];
  connect(client: Client): KeyValueClient;
}

/** Makes a store over a client. @throws OptionError for a client that lacks a method, and for an option. */
export function storeOver<T extends object>(
  engine: KeyValueEngine<T>,
  client: T,
  options: KeyValueStoreOptions,
): TieredStore {
  const { name, methods, expected } = engine;
  const isClient = methods.every((method) => typeof (client as T | undefined)?.[method] === 'function');
  requireOption(isClient, name, `${expected}, with ${methods.join(', ')}`, client);
  const { clock = () => Date.now(), ...tier } = ownOptions(options, 'clock codec leaseMs');
  requireFunction('clock', clock);
  let shared = SHARED.get(client);
  if (!shared) SHARED.set(client, (shared = new SharedClient(engine.connect(client))));
  return tiered(new KeyValueStore(name, shared, clock), tier);
}

/** What the stores over a client share in this process. */
const SHARED = /* @__PURE__ */ new WeakMap<object, SharedClient>();
