/** What a store outside of the process needs: `memokit/store`. */

export type { Codec, StoredClass, SyncCodec } from '../codec/codec.js';
export { CodecError, UnreadableError } from '../codec/codec-error.js';
export { type CompressedOptions, compressed, type ZlibFunctions } from '../codec/compressed.js';
export { survives } from '../codec/difference.js';
export { type CryptoFunctions, type EncryptedOptions, encrypted } from '../codec/encrypted.js';
export {
  type DecodedEntry,
  decodeEntry,
  type EntryHeader,
  encodeEntry,
  readHeader,
  type Unreadable,
} from '../codec/entry.js';
export { json } from '../codec/json.js';
export { type PortableOptions, portable } from '../codec/portable.js';
export type { Schema, SchemaResult } from '../codec/schema.js';
export { type V8Functions, v8 } from '../codec/v8.js';
export type {
  FillAnswer,
  Invalidated,
  InvalidationMode,
  Lease,
  LeaseAnswer,
  NewEntry,
  Store,
  StoredEntry,
  StoreEvent,
  StoreKey,
  StorePromises,
  StoreState,
} from '../store/store.js';
export { StoreError } from '../store/store-error.js';
export { type TieredStore, type TierOptions, tiered } from '../tier/tiered.js';
export { type KeyvLike, keyvStore } from './keyv-store.js';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.js';
export type { KeyValueStoreOptions } from './store-over.js';
export { type UnstorageLike, unstorageStore } from './unstorage-store.js';
