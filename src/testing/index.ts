export { type AfterEach, clearBetweenTests } from './clear-between-tests.js';
export { disableCaching, type EnableCaching } from './disable-caching.js';
export { isolate } from './isolate.js';
export { settled } from './settled.js';
export type { StoreCase, StoreUnderTest } from './store-case.js';
export { storeContract } from './store-contract.js';
