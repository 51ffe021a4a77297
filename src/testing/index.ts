export { type AfterEach, clearBetweenTests } from './clear-between-tests.js';
export { isolate } from './isolate.js';
