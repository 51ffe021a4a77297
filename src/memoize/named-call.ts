import { fenceLoad, fenceLoads } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { replace } from '../load/put.js';
import { endCall, endEveryCall } from './ending.js';

/** A named call: one call of a cache that the rule of a mutator names, under the key that its arguments had then; or every call. */
export interface NamedCall {
  /** Deletes what the cache has of the call or, softly, expires it. */
  evict(isSoft: boolean): void;
  /** Fences the load of the call. What is stored stays. */
  fence(): void;
  /** Stores the value that the source has now. Where it cannot be stored, or for every call, evicts. */
  put(value: unknown, isSoft: boolean): void;
}

export function namedCall(cache: ReceiverCache, key: CallKey, args: readonly unknown[]): NamedCall {
  const evict = (isSoft: boolean) => void endCall(cache, key, isSoft);
  return {
    evict,
    fence: () => void fenceLoad(cache, key),
    put: (value, isSoft) => replace(cache, key, args, value, () => evict(isSoft)),
  };
}

export function everyCall(cache: ReceiverCache): NamedCall {
  const evict = (isSoft: boolean) => endEveryCall(cache, isSoft);
  return { evict, fence: () => fenceLoads(cache), put: (_, isSoft) => evict(isSoft) };
}
