export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.js';
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
} from './store.js';
export { StoreError } from './store-error.js';
