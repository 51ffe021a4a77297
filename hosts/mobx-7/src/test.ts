import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cached, cacheOf, evicts, memoize } from 'memokit';
import { action, autorun, computed, makeAutoObservable, makeObservable, observable, runInAction } from 'mobx';

const { version } = JSON.parse(readFileSync('node_modules/mobx/package.json', 'utf8'));
let loads = 0;

/** Calls a function, and returns how many loads it has caused. */
function loadsOf(run: () => unknown): number {
  const before = loads;
  run();
  return loads - before;
}

class Prices {
  factor = 1;

  constructor() {
    makeObservable(this, { factor: observable, change: action });
  }

  @cached()
  get(item: string): string {
    loads++;
    return `${item} at ${this.factor}`;
  }

  @evicts<Prices>('get')
  change(factor: number): void {
    this.factor = factor;
  }
}

/** `makeAutoObservable` wraps each method of the prototype in an action. */
class AutoPrices {
  factor = 1;

  constructor() {
    makeAutoObservable(this);
  }

  @cached()
  get(item: string): string {
    loads++;
    return `${item} at ${this.factor}`;
  }

  @evicts<AutoPrices>('get')
  change(factor: number): void {
    this.factor = factor;
  }
}

// Arguments: an observable object or array counts by content.
const area = memoize(({ w, h }: { w: number; h: number }) => {
  loads++;
  return w * h;
});
const size = observable({ w: 2, h: 3 });
assert.equal(
  loadsOf(() => [area(size), area(size)]),
  1,
  'one observable argument',
);
assert.equal(
  loadsOf(() => [area(observable({ h: 3, w: 2 })), area({ w: 2, h: 3 })]),
  0,
  'equal observable arguments',
);
const first = memoize((list: { id: number }[]) => {
  loads++;
  return list[0]?.id;
});
assert.equal(
  loadsOf(() => [first(observable([{ id: 1 }])), first(observable([{ id: 1 }]))]),
  1,
  'observable arrays',
);
runInAction(() => {
  size.w = 4;
});
assert.equal(area(size), 12, 'an observable argument that has changed');

// Computed values and reactions: making the key reads the arguments, so that hits are tracked too.
const total = computed(() => area(size));
const seen: number[] = [];
const stop = autorun(() => seen.push(total.get()));
runInAction(() => {
  size.w = 2;
});
stop();
assert.deepEqual(seen, [12, 6], 'a reaction over a cached call that hits');

// Stores.
for (const prices of [new Prices(), new AutoPrices()]) {
  const { name } = prices.constructor;
  assert.equal(
    loadsOf(() => [prices.get('tea'), prices.get('tea')]),
    1,
    name,
  );
  prices.change(2);
  assert.equal(prices.get('tea'), 'tea at 2', `a write evicts in ${name}`);
  assert.equal(cacheOf<Prices, 'get'>(prices as Prices, 'get').size, 1, name);
}
// A cached method is no computed value: what it has read is not tracked.
const untracked = new Prices();
untracked.get('tea');
runInAction(() => {
  untracked.factor = 2;
});
assert.equal(untracked.get('tea'), 'tea at 1', 'a write that evicts nothing');
const [one, other] = [new Prices(), new Prices()];
one.get('tea');
assert.equal(cacheOf(other, 'get').size, 0, 'each store has entries of its own');

console.log(`MobX ${version}: ok, observable arguments hit, reactions follow them, writes evict in stores`);
