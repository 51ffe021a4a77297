import assert from 'node:assert/strict';
import { cached, cacheOf, evicts, memoize } from 'memokit';
import { computed, markRaw, nextTick, reactive, ref, toRaw, version, watchEffect } from 'vue';

let loads = 0;

class Prices {
  factor = 1;

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

/** Prices that all receivers share: the key holds what the result depends on. */
class SharedPrices {
  factor = 1;

  @cached({
    per: 'class',
    key(this: SharedPrices, item: string) {
      return [this.factor, item];
    },
  })
  get(item: string): string {
    loads++;
    return `${item} at ${this.factor}`;
  }
}

/** Calls a function, and returns how many loads it has caused. */
function loadsOf(run: () => unknown): number {
  const before = loads;
  run();
  return loads - before;
}

// Arguments: a reactive object or array counts by content, like the plain one.
const area = memoize(({ w, h }: { w: number; h: number }) => {
  loads++;
  return w * h;
});
const size = reactive({ w: 2, h: 3 });
assert.equal(
  loadsOf(() => [area(size), area({ ...size }), area(reactive({ h: 3, w: 2 }))]),
  1,
  'reactive arguments',
);
size.w = 4;
assert.equal(area(size), 12, 'a reactive argument that has changed');
const first = memoize((list: { id: number }[]) => {
  loads++;
  return list[0]?.id;
});
assert.equal(
  loadsOf(() => [first(reactive([{ id: 1 }])), first(reactive([{ id: 1 }]))]),
  1,
  'reactive arrays',
);
const unwrap = memoize((value: { value: number }) => {
  loads++;
  return value.value;
});
assert.equal(
  loadsOf(() => [unwrap(ref(1)), unwrap(ref(1))]),
  2,
  'a ref counts by identity',
);
const counter = ref(1);
unwrap(counter);
counter.value = 2;
assert.equal(unwrap(counter), 1, 'a ref that has changed is the same argument: pass its value');

// Computed values and effects: making the key reads the arguments, so that hits are tracked too.
const total = computed(() => area(size));
assert.equal(total.value, 12);
size.h = 5;
assert.equal(total.value, 20, 'a computed value over a cached call');
const seen: number[] = [];
watchEffect(() => seen.push(area(size)));
size.h = 3;
await nextTick();
assert.deepEqual(seen, [20, 12], 'an effect over a cached call that hits');

// Services: a reactive proxy and its target are two receivers, each with entries of its own.
const raw = new Prices();
const prices = reactive(raw);
assert.equal(
  loadsOf(() => [prices.get('tea'), prices.get('tea')]),
  1,
  'calls through the proxy',
);
prices.change(2);
assert.equal(prices.get('tea'), 'tea at 2', 'a write through the proxy evicts what was cached through it');
raw.change(3);
assert.equal(prices.get('tea'), 'tea at 2', 'a write to the target does not');
prices.factor = 4;
assert.equal(prices.get('tea'), 'tea at 2', 'nor does the change of a field that the method has read');
assert.equal(cacheOf(prices, 'get').size, 1);
assert.equal(cacheOf(toRaw(prices), 'get').size, 0);
const state = reactive({ prices: markRaw(new Prices()) });
assert.equal(
  loadsOf(() => [state.prices.get('tea'), toRaw(state).prices.get('tea')]),
  1,
  'markRaw leaves one receiver',
);
const shared = new SharedPrices();
assert.equal(
  loadsOf(() => [shared.get('tea'), reactive(shared).get('tea')]),
  1,
  "per: 'class' shares entries",
);

console.log(
  `Vue ${version}: ok, reactive arguments hit, computed values and effects follow them, a reactive service is a receiver`,
);
