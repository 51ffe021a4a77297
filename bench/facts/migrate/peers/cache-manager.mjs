export const cacheManager = { name: 'cache-manager', cases: [] };
