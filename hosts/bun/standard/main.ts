import assert from 'node:assert/strict';
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

  @cached()
  get table() {
    return [...this.#rates];
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
assert.deepEqual([await rates.get('EUR'), await rates.get('EUR'), Rates.loads], [1, 1, 1], 'the second call is a hit');
await new Rates().get('EUR');
assert.equal(Rates.loads, 2, 'another instance has its own entries');
await rates.set('EUR', 2);
assert.equal(await rates.get('EUR'), 2, 'a write evicts');
assert.equal(rates.table, rates.table, 'a getter is cached');
assert(rates.isSecretCached(), 'a #private method is cached');

let loads = 0;
const load = memoize(async (id: number) => `${id}, load ${++loads}`, { ttl: 20, staleWhileRevalidate: 60_000 });
assert.deepEqual(await Promise.all([load(1), load(1)]), ['1, load 1', '1, load 1'], 'callers share a load');
await Bun.sleep(60);
assert.equal(cacheOf(load).explain(1).outcome, 'stale', "a ttl ends by the platform's clock");
assert.equal(await load(1), '1, load 1');
await Bun.sleep(60);
assert.equal(loads, 2, 'an old value is reloaded in the background');
