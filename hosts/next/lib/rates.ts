import { cached, memoize } from 'memokit';
import { after } from 'next/server';

/** The page and the route handler each get a copy of this file, and of memokit. */
class Rates {
  loads = 0;

  @cached({ tags: (_rate, currency: string) => [`rate:${currency}`] })
  async get(currency: string) {
    return `${currency}, load ${++this.loads}`;
  }
}
export const rates = new Rates();

let reloads = 0;
/** What a load in the background needs on platforms that stop when the response is sent: `after` keeps them running. */
export const stale = memoize(async (currency: string) => `${currency}, load ${++reloads}`, {
  name: 'stale',
  ttl: 20,
  staleWhileRevalidate: 60_000,
  waitUntil: (work: Promise<unknown>) => after(() => work),
});
