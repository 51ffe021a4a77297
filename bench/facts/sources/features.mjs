/** The features that the cases of sources need, each with what a peer that does not offer it lacks. */
const FEATURES = {
  staleWhileRevalidate: 'has no stale-while-revalidate',
  staleIfError: 'has no stale-if-error',
  refreshAhead: 'does not refresh ahead',
  jitter: 'has no jitter',
  errorTtl: 'does not remember failures for a time',
  timeout: 'has no time limit for loads',
  softTimeout: 'has no soft time limit',
  signal: "takes no caller's signal",
  delete: 'cannot delete',
  evicts: 'cannot declare evictions',
  puts: 'cannot declare puts',
  tags: 'has no tags of entries',
  loadTags: 'has no tags of what it loads',
  refresh: 'does not reload on demand',
  expire: 'cannot end an entry and keep its value',
  status: 'does not say what a call came to',
  previous: 'does not give a load the value that it is to replace',
  loadTtl: 'has one ttl for all results',
  weigh: 'has no weights',
  idle: 'has no idle time',
  bypass: 'lets no call past the cache',
  copies: 'gives no copies',
  staleErrors: 'has no stale-if-error for some errors only',
  many: 'does not batch',
  proxy: 'makes no proxies',
  stats: 'has no statistics',
  loadTimes: 'has no load times',
  unshared: 'gives all callers the same object',
  freeze: 'does not freeze',
  clear: 'cannot clear the caches of all functions',
};

/** What a peer lacks that offers these features only. */
export function lacksAllBut(...offered) {
  const unknown = offered.find((feature) => !(feature in FEATURES));
  if (unknown !== undefined) throw new Error(`no such feature: ${unknown}`);
  return Object.fromEntries(Object.entries(FEATURES).filter(([feature]) => !offered.includes(feature)));
}
