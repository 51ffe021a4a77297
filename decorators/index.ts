export { type Cached, type CachedDecorator, cached } from './cached.js';
export { type EvictsDecorator, evicts } from './evicts.js';
export type { MutatorDecorator } from './mutator.js';
export { puts } from './puts.js';
