export { type CachedDecorator, cached } from './cached.js';
