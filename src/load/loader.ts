import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';

/** A loader: it answers the calls of one definition that need more than an entry. It has no state beside that of the cache. */
export interface Loader {
  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[]): unknown;
  /** A call that found no entry. Without `args` the tokens of the key are the arguments. */
  miss(cache: ReceiverCache, key: CallKey, receiver: unknown, args?: readonly unknown[]): unknown;
  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(cache: ReceiverCache, key: CallKey, args: readonly unknown[], value: unknown): void;
}
