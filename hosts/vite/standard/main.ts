import { cached, cacheOf, evicts, memoize } from 'memokit';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
function assert(condition: boolean, message: string) {
  if (!condition) throw new Error(message);
}

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
  #secret(name: string) {
    return { name };
  }

  isSecretCached() {
    const first = this.#secret('a');
    return this.#secret('a') === first;
  }
}

async function check() {
  const rates = new Rates();
  await rates.get('EUR');
  assert((await rates.get('EUR')) === 1 && Rates.loads === 1, 'the second call is a hit');
  await new Rates().get('EUR');
  assert(Rates.loads === 2, 'another instance has its own entries');
  await rates.set('EUR', 2);
  assert((await rates.get('EUR')) === 2, 'a write evicts');
  assert(rates.isSecretCached(), 'a #private method is cached');

  let loads = 0;
  const load = memoize(async (url: URL) => `${url.pathname}, load ${++loads}`, {
    ttl: 20,
    staleWhileRevalidate: 60_000,
  });
  const at = () => load(new URL('/a', location.href));
  assert((await Promise.all([at(), at()])).join() === '/a, load 1,/a, load 1', 'callers share a load');
  await sleep(100);
  assert(
    cacheOf(load).explain(new URL('/a', location.href)).outcome === 'stale',
    'a ttl ends by the clock of the page',
  );
  assert((await at()) === '/a, load 1', 'an old value answers');
  await sleep(100);
  assert(loads === 2, 'an old value is reloaded in the background');

  const count = memoize((form: FormData, headers: Headers) => [...form.keys()].length + [...headers.keys()].length);
  const form = () => {
    const data = new FormData();
    data.set('a', 'b');
    return data;
  };
  count(form(), new Headers({ Accept: 'text/html' }));
  count(form(), new Headers({ accept: 'text/html' }));
  assert(cacheOf(count).stats().hits === 1, 'FormData and Headers count by content');
  const width = memoize((node: Element) => node.tagName);
  width(document.body);
  width(document.body);
  width(document.head);
  assert(cacheOf(width).stats().hits === 1 && cacheOf(width).size === 2, 'nodes count by identity');
}

declare global {
  var result: Promise<void>;
}
globalThis.result = check();
