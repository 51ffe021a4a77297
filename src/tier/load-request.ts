import type { CallLoad } from '../cache/call-load.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { StoreKey } from '../store/store.js';

/** What a load that asks a store is about. */
export interface LoadRequest {
  readonly cache: ReceiverCache;
  readonly load: CallLoad;
  readonly key: StoreKey;
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  /** Runs the method. */
  readonly run: () => unknown;
}
