import { caches } from 'memokit';
import { Counter, Registry } from 'prom-client';

/** What `/metrics` gives to Prometheus. */
export const metrics = new Registry();

new Counter({
  name: 'cache_gets_total',
  help: 'Calls of cached functions.',
  labelNames: ['cache', 'result'],
  registers: [metrics],
  collect() {
    this.reset();
    for (const { name, stats } of caches().map((each) => ({ name: each.name, stats: each.stats() }))) {
      this.inc({ cache: name, result: 'hit' }, stats.hits);
      this.inc({ cache: name, result: 'miss' }, stats.misses);
    }
  },
});
