/** The folders whose code is mutated, each with the test files that have to notice. */
export const FOLDERS = {
  key: ['key', 'cache-key', 'key.property', 'token-tree', 'token-tree.property', 'call-index', 'misuse'],
  load: ['memoize', 'freeze', 'invalidation', 'callbacks', 'call-cache', 'misuse', 'decorators'],
  lru: ['bounded-map', 'lru-cache', 'lru-cache.property', 'recency-list', 'slot-index', 'single-flight', 'misuse'],
  cache: ['call-cache', 'memoize', 'loads-in-flight', 'invalidation', 'resilient', 'callbacks', 'misuse'],
};
