/** An ES module, in the standard dialect. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { cached, cacheOf, evicts, memoize } from 'memokit';

class Rates {
  static loads = 0;
  readonly #rates = new Map([['EUR', 1]]);

  @cached()
  async get(currency: string) {
    Rates.loads++;
    return this.#rates.get(currency);
  }

  @evicts<Rates>('get', (currency: string) => [currency])
  async set(currency: string, rate: number) {
    this.#rates.set(currency, rate);
  }

  @cached({ ttl: 20 })
  brief() {
    return {};
  }

  @cached()
  #secret(name: string) {
    return { name };
  }

  isSecretCached() {
    const first = this.#secret('a');
    return this.#secret('a') === first;
  }
}

const rates = new Rates();
assert.equal(await rates.get('EUR'), 1);
assert.equal(await rates.get('EUR'), 1);
assert.equal(Rates.loads, 1, 'the second call is a hit');
await new Rates().get('EUR');
assert.equal(Rates.loads, 2, 'another instance has its own entries');
await rates.set('EUR', 2);
assert.equal(await rates.get('EUR'), 2, 'a write evicts');
assert.equal(Rates.loads, 3);
const brief = rates.brief();
await sleep(60);
assert.notEqual(rates.brief(), brief, "a ttl ends by the platform's clock");
assert(rates.isSecretCached(), 'a #private method is cached');

let slow = 0;
const load = memoize(
  async (id: number) => {
    slow++;
    await sleep(20);
    return id;
  },
  { ttl: 30, staleWhileRevalidate: 60_000 },
);
await Promise.all([load(1), load(1), load(1)]);
assert.equal(slow, 1, 'callers share a load');
await sleep(60);
assert.equal(cacheOf(load).explain(1).outcome, 'stale');
assert.equal(await load(1), 1);
await sleep(100);
assert.equal(slow, 2, 'an old value is reloaded in the background');
