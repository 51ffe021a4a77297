export { StoreError } from '../store/store-error.js';
export { type DiskStore, type DiskStoreOptions, diskStore } from './disk-store.js';
export { type Fingerprinted, fingerprint } from './fingerprint.js';
export type { Size } from './room.js';
export type { Bytes } from './size.js';
