import { runInNewContext } from 'node:vm';
import { expect, jest, test } from '@jest/globals';
import { cached, cacheOf, memoize } from 'memokit';

/** What a memoized function gives for a value, frozen. */
const frozen = <T>(value: T): T => memoize(() => value, { freeze: true })();

test('with freeze, whoever changes a result fails where they do so', () => {
  class Service {
    @cached({ freeze: true })
    get(name: string) {
      return { name, tags: [{ label: 'a' }] };
    }
  }
  const first = new Service().get('a');
  expect(() => {
    first.name = 'b';
  }).toThrow(TypeError);
  expect(() => first.tags.push({ label: 'b' })).toThrow(TypeError);
  expect(() => {
    first.tags[0]!.label = 'b';
  }).toThrow(TypeError);
  expect(first).toEqual({ name: 'a', tags: [{ label: 'a' }] });
});

test('without freeze a result is left as it is', () => {
  const get = memoize(() => ({ items: [1] }));
  expect(Object.isFrozen(get())).toBe(false);
  expect(Object.isFrozen(get().items)).toBe(false);
});

test('what a promise is fulfilled with is frozen for its first caller, and so is what is put', async () => {
  const load = memoize(async (id: number) => ({ id, inner: {} }), { freeze: true });
  const loaded = await load(1);
  expect([loaded, loaded.inner].every(Object.isFrozen)).toBe(true);
  cacheOf(load).put([2], { id: 2, inner: {} });
  cacheOf(load).put([3], Promise.resolve({ id: 3, inner: {} }));
  for (const id of [2, 3]) expect(Object.isFrozen((await load(id)).inner)).toBe(true);
  const get = memoize((id: number) => ({ id }), { freeze: true });
  const put = { id: 2 };
  cacheOf(get).put([2], put);
  expect(Object.isFrozen(put)).toBe(true);
});

test('a result that is frozen is so before when, ttl and listeners see it, and also when it is not stored', () => {
  const seen: boolean[] = [];
  const see = (result: object) => seen.push(Object.isFrozen(result)) > 0;
  const ttl = (result: object) => (see(result) ? 5 : 0);
  memoize(() => ({}), { freeze: true, when: see, ttl, on: { miss: ({ value }) => see(value) } })();
  expect(seen).toEqual([true, true, true]);
  expect(Object.isFrozen(memoize(() => ({}), { freeze: true, when: () => false })())).toBe(true);
});

test('a result of any depth is frozen, cycles and shared parts included', () => {
  interface Node {
    next?: Node;
  }
  const first: Node = {};
  let last = first;
  for (let depth = 0; depth < 100_000; depth++) {
    last.next = {};
    last = last.next;
  }
  last.next = first;
  frozen({ first, again: first });
  expect(Object.isFrozen(last)).toBe(true);
});

test('what a symbol, a hidden property or a frozen object holds is frozen too', () => {
  const symbol = Symbol('part');
  const value = Object.freeze({ [symbol]: {}, outer: Object.freeze({ inner: {} }), list: Object.freeze([{}]) });
  const hidden = Object.defineProperty({}, 'part', { value: {} }) as { part: object };
  frozen([value, hidden]);
  expect([value[symbol], value.outer.inner, value.list[0], hidden.part].every(Object.isFrozen)).toBe(true);
});

test('freezing calls no getter', () => {
  const getter = jest.fn(() => 1);
  const value = frozen(Object.defineProperty({}, 'part', { get: getter, enumerable: true, configurable: true }));
  expect(Object.isFrozen(value)).toBe(true);
  expect(getter).not.toHaveBeenCalled();
});

test('an instance is frozen, but not its class nor what its private fields hold', () => {
  class Point {
    #moves = 0;
    constructor(
      public x: number,
      readonly parts = [{}],
    ) {}
    move() {
      return ++this.#moves;
    }
  }
  const point = frozen(new Point(1));
  expect([point, point.parts, point.parts[0]].every(Object.isFrozen)).toBe(true);
  expect(Object.isFrozen(Point.prototype)).toBe(false);
  expect([point.move(), point.move()]).toEqual([1, 2]);
});

test('a regular expression is left alone, since it changes as it searches', () => {
  const { pattern } = frozen({ pattern: /a/g });
  expect([pattern.test('aa'), pattern.lastIndex, 'aa'.replace(pattern, 'b')]).toEqual([true, 1, 'bb']);
});

test('views and functions are left alone', () => {
  const value = frozen({
    bytes: new Uint8Array([1]),
    buffer: Buffer.from('a'),
    view: new DataView(new ArrayBuffer(1)),
    act: Object.assign(() => 1, { calls: 0 }),
  });
  value.bytes[0] = value.buffer[0] = 2;
  value.view.setInt8(0, 2);
  value.act.calls++;
  expect([value.bytes[0], value.buffer[0], value.view.getInt8(0), value.act.calls]).toEqual([2, 2, 2, 1]);
  expect(frozen(new Uint8Array([1]))[0]).toBe(1);
  expect(Object.isFrozen(frozen(() => 1))).toBe(false);
});

test('a module is left alone, which nobody can change', () => {
  // As import() would give it, were this file not compiled to require().
  const module = Object.seal({ EOL: '\n', [Symbol.toStringTag]: 'Module' });
  expect([frozen({ module }).module.EOL, Object.isFrozen(module)]).toEqual(['\n', false]);
  // Anybody may call an object so, and ask for more than that.
  expect(Object.isFrozen(frozen({ [Symbol.toStringTag]: 'Module' }))).toBe(true);
  class Private {
    #name = 'Private';
    get [Symbol.toStringTag]() {
      return this.#name;
    }
  }
  expect(Object.isFrozen(frozen({ prototype: Private.prototype }).prototype)).toBe(true);
});

test('a Map, Set or Date can be read, but not changed, and its contents are frozen', () => {
  const key = { id: 1 };
  const map = frozen(new Map([[key, { items: [1] }]]));
  const set = frozen(new Set([[1]]));
  const date = frozen(new Date(5));
  const mutations = [
    () => map.set(key, { items: [] }),
    () => map.delete(key),
    () => map.clear(),
    () => map.get(key)!.items.push(2),
    () => set.add([2]),
    () => set.clear(),
    () => [...set][0]!.push(2),
    () => date.setTime(6),
    () => date.setUTCFullYear(1),
  ];
  for (const mutation of mutations) expect(mutation).toThrow(TypeError);
  expect(() => map.set(key, { items: [] })).toThrow(
    'set would change a Map that is a cached result, which is frozen: change a copy',
  );
  expect(Object.isFrozen(key)).toBe(true);
  expect(map).toStrictEqual(new Map([[{ id: 1 }, { items: [1] }]]));
  expect(set).toStrictEqual(new Set([[1]]));
  expect([date.getTime(), Object.keys(date)]).toEqual([5, []]);
  expect(new Map(map).set(key, { items: [] }).size).toBe(1);
});

test('a Map, Set, Date or RegExp of another realm is frozen as one of this realm is', () => {
  const far = <T>(code: string): T => runInNewContext(code);
  const map = frozen(far<Map<string, object>>('new Map([["a", {}]])'));
  const set = frozen(far<Set<object>>('new Set([{}])'));
  const date = frozen({ at: far<Date>('new Date(5)') }).at;
  const index = frozen(far<Map<string, number>>('new (class Index extends Map {})([["a", 1]])'));
  const copy = frozen(structuredClone(new Map([['a', 1]])));
  const mutations = [
    () => map.set('b', {}),
    () => map.clear(),
    () => set.add({}),
    () => date.setTime(6),
    () => index.delete('a'),
    () => copy.set('b', 2),
  ];
  for (const mutation of mutations) expect(mutation).toThrow(TypeError);
  expect(() => map.clear()).toThrow('clear would change a Map that is a cached result');
  expect([map.get('a'), [...set][0]].every(Object.isFrozen)).toBe(true);
  expect([map.size, set.size, date.getTime(), index.get('a'), copy.size]).toEqual([1, 1, 5, 1, 1]);
  const pattern = frozen({ pattern: far<RegExp>('/a/g') }).pattern;
  expect([pattern.test('aa'), pattern.lastIndex, 'aa'.replace(pattern, 'b')]).toEqual([true, 1, 'bb']);
  expect(Object.isFrozen(frozen(Object.create(RegExp.prototype)))).toBe(true);
});

test('a Date of fake timers can be read, but not changed', () => {
  jest.useFakeTimers();
  const date = frozen(new Date(5));
  expect(() => date.setTime(6)).toThrow('setTime would change a Date');
  jest.useRealTimers();
  expect(date.getTime()).toBe(5);
});

test('a Map of a subclass, one that was frozen before, and what only looks like one are frozen as far as they can be', () => {
  class Index extends Map<string, object> {
    override forEach() {
      throw new Error('not called');
    }
  }
  const [inner, other] = [{}, {}];
  const index = frozen(new Index([['a', inner]]));
  expect(() => index.set('b', {})).toThrow('set would change a Map');
  const before = frozen(Object.freeze(new Map([['a', other]])));
  expect(before.set('b', {}).size).toBe(2);
  expect([inner, other].every(Object.isFrozen)).toBe(true);
  const fakes = [Object.create(Map.prototype), new Proxy(new Set(), {})];
  for (const fake of fakes) expect(Object.isFrozen(frozen(fake))).toBe(true);
});

test('what freezing throws reaches the caller, with nothing stored', async () => {
  const refusal = new Error('no');
  const stubborn = new Proxy(
    {},
    {
      preventExtensions() {
        throw refusal;
      },
    },
  );
  const get = memoize(() => ({ part: stubborn }), { freeze: true });
  const load = memoize(async () => [stubborn], { freeze: true });
  expect(() => get()).toThrow(refusal);
  await expect(load()).rejects.toBe(refusal);
  expect(() => cacheOf(get).put([], { part: stubborn })).toThrow(refusal);
  expect([cacheOf(get).size, cacheOf(load).size]).toEqual([0, 0]);
  expect(cacheOf(get).explain().outcome).toBe('miss');
});

test('a hit freezes nothing', () => {
  const ownKeys = jest.fn(Reflect.ownKeys);
  const watched = new Proxy({}, { ownKeys });
  const get = memoize(() => watched, { freeze: true });
  get();
  const once = ownKeys.mock.calls.length;
  expect([once > 0, get(), get()]).toEqual([true, watched, watched]);
  expect(ownKeys).toHaveBeenCalledTimes(once);
});
