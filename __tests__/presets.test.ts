import 'reflect-metadata';
import { describe, expect, jest, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, caches, memoize, OptionError } from 'memokit';
import { cached as cachedToo } from 'memokit/decorators';
import { error } from './support/error.js';

/** One set of cases, compiled in both dialects. `legacy` is what the compiler made of it. */
let legacy = false;
class Probe {
  @(
    (...args: unknown[]): any => {
      legacy = args.length === 3;
    }
  )
  probe() {}
}
void Probe;

const nameOf = (name: string) => caches().find((definition) => definition.name === name);

describe(legacy ? 'legacy dialect' : 'standard dialect', () => {
  test('a preset of cached is used as cached is, with and without options, and the options of a use win', () => {
    let now = 0;
    const service = cached.with({ capacity: 3, ttl: 1000, clock: () => now });
    const brief = cachedToo.with({ ttl: 5, clock: () => now });
    class Users {
      @service() get(id: number) {
        return { id };
      }
      @service({ capacity: 5, ttl: 10 }) find(id: number) {
        return { id };
      }
      @service() get first() {
        return {};
      }
      @service({ key: (id: number) => id % 2 }) static parity(id: number) {
        return id;
      }
      @brief() other() {
        return {};
      }
    }
    const users = new Users();
    const [got, found, first, other] = [users.get(1), users.find(1), users.first, users.other()];
    expect([cacheOf(users, 'get').capacity, cacheOf(users, 'find').capacity]).toEqual([3, 5]);
    expect([Users.parity(1), Users.parity(3)]).toEqual([1, 1]);
    now = 10;
    expect([users.get(1) === got, users.find(1) === found, users.first === first, users.other() === other]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(users).toEqual(new Users());
  });

  test('the use of a preset leaves cached and other presets as they were', () => {
    const service = cached.with({ capacity: 3 });
    const other = cached.with({ capacity: 4 });
    class Users {
      @service({ capacity: 5 }) a() {}
      @service() b() {}
      @other() c() {}
      @cached() d() {}
    }
    const users = new Users();
    expect((['a', 'b', 'c', 'd'] as const).map((name) => cacheOf(users, name).capacity)).toEqual([5, 3, 4, 128]);
  });

  test('callbacks of a preset get the receiver, the arguments and the result', () => {
    const byId = cached.with({
      key(this: Users, { id }: { id: number }) {
        return [this.prefix, id];
      },
      when: (result: string, { id }: { id: number }) => result !== '' && id > 0,
    });
    class Users {
      prefix = 'a';
      @byId() get(user: { id: number; name: string }) {
        return user.name;
      }
    }
    const users = new Users();
    expect([users.get({ id: 1, name: 'Ada' }), users.get({ id: 1, name: 'Alan' })]).toEqual(['Ada', 'Ada']);
    users.prefix = 'b';
    expect([users.get({ id: 1, name: 'Alan' }), users.get({ id: 0, name: '' })]).toEqual(['Alan', '']);
    expect(cacheOf(users, 'get').size).toBe(2);
  });
});

test('a preset of memoize is used as memoize is, many too, and the options of a use win', async () => {
  const query = memoize.with({ capacity: 3, ttl: 1000 });
  const batch = jest.fn(async (ids: readonly number[]) => ids.map(String));
  const capacities = [query(String), query(String, { capacity: 5 }), query.many(batch), memoize(String)];
  expect(capacities.map((fn) => cacheOf(fn as (value: unknown) => unknown).capacity)).toEqual([3, 5, 3, 128]);
  const many = query.many(batch, { capacity: 4 });
  expect(await Promise.all([many(1), many(2)])).toEqual(['1', '2']);
  expect([cacheOf(many).capacity, batch.mock.calls.length]).toEqual([4, 1]);
});

test('presets of presets merge, and the later one wins', () => {
  let now = 0;
  const base = { capacity: 3, ttl: 10, clock: () => now, name: 'base' };
  const chained = memoize.with(base).with({ capacity: 4, name: undefined }).with({ ttl: 20 });
  const square = chained((n: number) => ({ n }), { name: 'square' });
  const first = square(1);
  now = 10;
  expect([square(1) === first, cacheOf(square).capacity, nameOf('square') === undefined]).toEqual([true, 4, false]);
  now = 20;
  expect(square(1)).not.toBe(first);
  expect(cacheOf(memoize.with(base).with({})(String)).capacity).toBe(3);
  const service = cached.with({ capacity: 3, per: 'class' }).with({ capacity: 4 });
  class Users {
    @service() get() {}
  }
  expect(cacheOf(new Users(), 'get').capacity).toBe(4);
});

test('an option of a use that is undefined leaves the one of the preset', () => {
  const query = memoize.with({ capacity: 3, key: (id: number) => id % 2 });
  const parity = query((id: number) => id, { capacity: undefined, key: undefined });
  expect([parity(1), parity(3), cacheOf(parity).capacity]).toEqual([1, 1, 3]);
});

test('the listeners of a use replace those of the preset as a whole', () => {
  const heard: string[] = [];
  const on = { hit: () => heard.push('hit of the preset'), miss: () => heard.push('miss of the preset') };
  const query = memoize.with({ on });
  const [first, second] = [query(String), query(String, { on: { hit: () => heard.push('hit of the use') } })];
  for (const fn of [first, second]) [fn(1), fn(1)];
  expect(heard).toEqual(['miss of the preset', 'hit of the preset', 'hit of the use']);
});

test('a capacity that is a sum of weights may come from a preset and weigh from the use', () => {
  for (const capacity of [50_000_000, 2.5]) {
    const sum = memoize.with({ capacity });
    expect(cacheOf(sum(String, { weigh: () => 0.1 })).capacity).toBe(capacity);
    expect(cacheOf(sum.with({ weigh: () => 0.1 })(String)).capacity).toBe(capacity);
    expect(() => cached.with({ capacity })({ weigh: () => 1 })).not.toThrow();
    const message = `capacity: expected a whole number from 1 to 2^24, or Infinity, or weigh beside it, but got: number ${capacity}`;
    for (const use of [() => sum(String), () => cached.with({ capacity })()])
      expect(use).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  }
});

test('a preset is checked and read once, when it is made', () => {
  for (const { with: preset } of [memoize, cached, memoize.with({}), cached.with({})] as {
    with(options: unknown): unknown;
  }[]) {
    const wrong: [unknown, string][] = [
      [{ capacity: 0 }, 'capacity: expected a number above 0, but got: number 0'],
      [{ ttl: -1 }, "ttl: expected a number above 0, or a text such as '90s', or a function, but got: number -1"],
      [{ on: { hit: 1 } }, 'on.hit: expected a function, but got: number 1'],
      [{ key: async () => 1 }, 'key: expected a function that is not async, but got: function'],
      [Object.create({ ttl: 5 }), 'options: expected ttl as an own property, but got: an inherited one'],
      [undefined, 'options: expected an object, but got: undefined'],
      [5, 'options: expected an object, such as { ttl: 1000 } or { capacity: 1000 }, but got: number 5'],
      ['5m', "options: expected an object, such as { ttl: '5m' }, but got: string 5m"],
      [() => ({}), 'options: expected an object, such as { key: (id) => id }, but got: function'],
    ];
    for (const [options, message] of wrong) {
      expect(() => preset(options)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
    }
    expect(() => preset({ lifetime: 5 })).toThrow(OptionError);
  }
  let reads = 0;
  const options: CachedOptions = {
    get capacity() {
      return ++reads;
    },
  };
  const query = memoize.with(options);
  expect([cacheOf(query(String)).capacity, cacheOf(query.with({})(String)).capacity, reads]).toEqual([1, 1, 1]);
  const changed = { capacity: 3 };
  const fixed = memoize.with(changed);
  changed.capacity = 4;
  expect(cacheOf(fixed(String)).capacity).toBe(3);
});

test('an option that needs another beside it is checked where the preset is used', () => {
  const stale = memoize.with({ staleIfError: 1000 });
  const load = async (id: number) => id;
  expect(() => stale(load)).toThrow('staleIfError: expected a ttl beside it, but got: number 1000');
  expect(stale(load, { ttl: 5 })).toBeInstanceOf(Function);
  expect(stale.with({ ttl: 5 })(load)).toBeInstanceOf(Function);
  const stubborn = cached.with({ ttl: 5, staleWhileRevalidate: 5 }).with({ jitter: 0.5 });
  expect(stubborn()).toBeInstanceOf(Function);
  expect(() => stubborn({ ttl: Infinity })).toThrow('jitter: expected a finite ttl beside it');
  const batched = memoize.with({ batchBy: () => 0 });
  expect(() => batched(load)).toThrow('batchBy: expected many beside it');
  expect(batched.many(async (ids: readonly number[]) => ids)).toBeInstanceOf(Function);
});

test('a preset without parentheses gets the message of cached without parentheses', () => {
  const service: (...args: any[]) => any = cached.with({ ttl: 5 });
  expect(() => service(() => 1, { kind: 'method', name: 'get' })).toThrow('@cached needs parentheses');
});
