import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import type { CallReport } from './call-report.js';
import type { QueueRefresh } from './refresh.js';

/** A loader: it answers the calls of one definition that need more than an entry. It has no state beside that of the cache. */
export interface Loader {
  /** A call: its result, from an entry, from a load in flight or from the method. It is reported, if somebody asks. */
  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[], report?: CallReport): unknown;
  /** A call that found no entry. Without `args` the tokens of the key are the arguments. */
  miss(cache: ReceiverCache, key: CallKey, receiver: unknown, args?: readonly unknown[]): unknown;
  /**
   * Runs the method now and stores what it gives, whatever is stored. If it fails, the entry stays as it was. The queue is
   * handed in, so that a bundle without `cacheOf` is smaller.
   */
  refresh(
    cache: ReceiverCache,
    key: CallKey,
    receiver: unknown,
    args: readonly unknown[],
    queueRefresh: QueueRefresh,
  ): unknown;
  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(cache: ReceiverCache, key: CallKey, args: readonly unknown[], value: unknown): void;
}
