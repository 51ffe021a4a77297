import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Big } from 'big.js';
import { BigNumber } from 'bignumber.js';
import { Binary, Long as BsonLong, Decimal128, deserialize, ObjectId, serialize, Timestamp, UUID } from 'bson';
import dayjs from 'dayjs';
import 'dayjs/locale/de';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { Decimal } from 'decimal.js';
import Long from 'long';
import { DateTime, Duration, Interval } from 'luxon';
import { ArgumentError, cached, cacheKey, cacheOf, keyOf, memoize, registerCacheKey } from 'memokit';
import ts from 'typescript';
import { error } from './support/error.js';
import { strict } from './support/strict.js';

const same = (a: unknown, b: unknown) => keyOf([a]) === keyOf([b]);

/** A class that is not the user's: its content is hidden. */
class Money {
  readonly #amount: number;
  constructor(amount: number) {
    this.#amount = amount;
  }
  get amount(): number {
    return this.#amount;
  }
}
/** A subclass. */
class Tax extends Money {}

const amountOf = (money: Money) => money.amount;

describe('registerCacheKey', () => {
  test('instances of a registered class are equal if the values of the function are, anywhere in an argument', () => {
    const before = memoize((money: Money) => money.amount);
    const money = new Money(1);
    before(money);
    expect(same(money, new Money(1))).toBe(false);
    registerCacheKey(Money, amountOf);
    expect(same(new Money(1), new Money(1))).toBe(true);
    expect(same(new Money(1), new Money(2))).toBe(false);
    expect(same(new Money(1), 1)).toBe(false);
    // What was stored before is not found any more.
    before(money);
    before(new Money(1));
    expect(cacheOf(before).stats()).toMatchObject({ hits: 1, misses: 2 });
    const shapes: ((amount: number) => unknown)[] = [
      (amount) => ({ price: new Money(amount) }),
      (amount) => [1, new Money(amount)],
      (amount) => new Map([[new Money(amount), new Money(amount)]]),
      (amount) => new Set([new Money(amount)]),
      (amount) => ({ [cacheKey]: () => new Money(amount) }),
      (amount) => Array.from({ length: 10_001 }, () => new Money(amount)),
    ];
    for (const shape of shapes) expect([same(shape(1), shape(1)), same(shape(1), shape(2))]).toEqual([true, false]);
  });

  test('every kind of cache sees the registrations', async () => {
    class Prices {
      loads = 0;
      @cached() sync(_: Money) {
        return ++this.loads;
      }
      @cached() async async(_: Money) {
        return ++this.loads;
      }
    }
    const prices = new Prices();
    const batched = memoize.many(async (all: readonly Money[]) => all.map(() => ++prices.loads));
    const calls = [
      () => prices.sync(new Money(1)),
      () => prices.async(new Money(1)),
      () => batched(new Money(1)),
      () => batched(new Money(1)),
    ];
    const first = await Promise.all(calls.map((call) => call()));
    expect(await Promise.all(calls.map((call) => call()))).toEqual(first);
    expect(prices.loads).toBe(3);
  });

  test('an instance of a subclass has the value of its nearest registered class, and is of its own class', () => {
    expect([same(new Tax(1), new Tax(1)), same(new Tax(1), new Money(1))]).toEqual([true, false]);
    const half = jest.fn((tax: Tax) => tax.amount / 2);
    class Rate extends Tax {}
    registerCacheKey(Tax, half);
    expect([same(new Rate(1), new Rate(1)), same(new Rate(1), new Tax(1))]).toEqual([true, false]);
    expect(half.mock.contexts).toEqual(half.mock.calls.map(() => undefined));
    expect(half).toHaveBeenCalled();
  });

  test('of a cacheKey method and a registration the nearer counts, and on one prototype the registration', () => {
    class Base {
      readonly by: string[] = [];
      [cacheKey]() {
        this.by.push('Base');
      }
    }
    class Middle extends Base {}
    class Last extends Middle {
      override [cacheKey]() {
        this.by.push('Last');
      }
    }
    const asked = <T extends Base>(instance: T) => {
      keyOf([instance]);
      return instance.by.join();
    };
    registerCacheKey(Middle, ({ by }) => void by.push('registered for Middle'));
    expect([new Base(), new Middle(), new Last()].map(asked)).toEqual(['Base', 'registered for Middle', 'Last']);
    registerCacheKey(Base, ({ by }) => void by.push('registered for Base'));
    expect([new Base(), new Middle(), new Last()].map(asked)).toEqual([
      'registered for Base',
      'registered for Middle',
      'Last',
    ]);
    const own = Object.assign(new Middle(), { [cacheKey]: () => void own.by.push('own') });
    expect(asked(own)).toBe('own');
    // The same function on a nearer prototype is nearer all the same.
    class Copied extends Base {}
    Object.defineProperty(Copied.prototype, cacheKey, { value: Base.prototype[cacheKey] });
    expect(asked(new Copied())).toBe('Base');
    // What is not a method hides no registration.
    expect(asked(Object.assign(new Middle(), { [cacheKey]: undefined }) as unknown as Middle)).toBe(
      'registered for Middle',
    );
  });

  test('a second, different function for a class is refused, and the same one does nothing', () => {
    class Once {}
    const key = () => 1;
    registerCacheKey(Once, key);
    registerCacheKey(Once, key);
    const message = 'key: another function is registered for Once; register each class once';
    expect(() => registerCacheKey(Once, () => 1)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message }));
    expect(same(new Once(), new Once())).toBe(true);
    const unnamed = [class {}, class {}];
    for (const Class of unnamed) Object.defineProperty(Class, 'name', { value: Symbol() });
    registerCacheKey(unnamed[0]!, key);
    expect(() => registerCacheKey(unnamed[0]!, () => 1)).toThrow('another function is registered for this class');
  });

  test('a class whose instances count by content already is refused, and any other built-in class is not', () => {
    const byContent = [
      ...[Object, Array, Date, RegExp, Map, Set, URL, URLSearchParams, Headers, FormData, Intl.Locale, Buffer],
      ...[Number, String, Boolean, Symbol, BigInt, Uint8Array, Float64Array, DataView, ArrayBuffer],
      Object.getPrototypeOf(Uint8Array),
      ...['Object', 'Array', 'Date', 'Map', 'Int8Array'].map((name) => runInNewContext(name)),
      // As Fastify and `node:querystring` have them.
      Object.defineProperty(function Query() {}, 'prototype', { value: Object.create(null) }),
    ];
    for (const Class of byContent as (new () => object)[]) {
      expect(() => registerCacheKey(Class, () => 1)).toThrow(ArgumentError);
      expect(() => registerCacheKey(Class, () => 1)).toThrow(
        `Class: keys compare the instances of ${Class.name} by content already`,
      );
    }
    for (const Class of [RangeError, WeakMap, File, Intl.NumberFormat, SharedArrayBuffer, class extends Map {}])
      registerCacheKey(Class as new () => object, (instance) => Object.prototype.toString.call(instance));
    expect(same(new RangeError('a'), new RangeError('b'))).toBe(true);
    expect(same(new Intl.NumberFormat('de'), new Intl.NumberFormat('de'))).toBe(true);
    expect(same(new File([], 'a'), new File([], 'a'))).toBe(true);
    expect(same(new Date(0), new Date(0))).toBe(true);
  });

  test('what is no class, and a function that gives no value, are refused', async () => {
    class Refused {}
    const refused: [Class: any, key: any, message: string][] = [
      [{}, () => 1, 'Class: expected a class whose instances are objects, but got: object'],
      [undefined, () => 1, 'Class: expected a class whose instances are objects, but got: undefined'],
      [{ prototype: {} }, () => 1, 'Class: expected a class whose instances are objects, but got: object'],
      [() => 1, () => 1, 'Class: expected a class whose instances are objects, but got: function'],
      [Function, () => 1, 'Class: expected a class whose instances are objects, but got: function'],
      [class extends Function {}, () => 1, 'Class: expected a class whose instances are objects, but got: function'],
      [Refused, 'id', 'key: expected a function, but got: string id'],
      [Refused, undefined, 'key: expected a function, but got: undefined'],
      [Refused, async () => 1, 'key: expected a function that is not async, but got: function'],
    ];
    for (const [Class, key, message] of refused) {
      expect(() => registerCacheKey(Class, key)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message }));
    }
    expect(same(new Refused(), new Refused())).toBe(false);
    const message = 'registerCacheKey: expected a value that is not a promise as its result, but got: object';
    registerCacheKey(Refused, () => [1, Promise.reject(new Error('late'))]);
    expect(() => keyOf([new Refused()])).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message }));
    await new Promise((resolve) => setTimeout(resolve));
    const failure = new Error('mine');
    class Failing {}
    registerCacheKey(Failing, () => {
      throw failure;
    });
    expect(() => keyOf([[new Failing()]])).toThrow(failure);
  });

  test('a value that leads back to its instance ends', () => {
    class Linked {
      constructor(
        readonly id: number,
        public next?: Linked,
      ) {}
    }
    registerCacheKey(Linked, ({ id, next }) => [id, next]);
    const ring = (id: number) => {
      const linked = new Linked(id);
      linked.next = new Linked(2, linked);
      return linked;
    };
    expect([same(ring(1), ring(1)), same(ring(1), ring(3))]).toEqual([true, false]);
  });

  test('a value that is the instance itself, also by way of other values, or has no end is refused, and the error names the class', () => {
    const refused = (value: unknown, name: string) =>
      expect(() => keyOf([[1, value]])).toThrow(
        error({
          code: 'MEMOKIT_BAD_ARGUMENT',
          message: `${name}: its value for keys never ends; return an id, say`,
        }),
      );
    class Itself {}
    registerCacheKey(Itself, (instance) => instance);
    refused(new Itself(), 'Itself');
    class Wrapper {
      inner: unknown = this;
      [cacheKey]() {
        return this.inner;
      }
    }
    refused(new Wrapper(), 'Wrapper');
    const [outer, inner] = [new Wrapper(), new Wrapper()];
    outer.inner = inner;
    inner.inner = outer;
    refused(outer, 'Wrapper');
    class Endless {
      [cacheKey]() {
        return new Endless();
      }
    }
    // Four million objects are asked before this one is refused.
    if (process.env.TEST_LONG) refused(new Endless(), 'Endless');
    // An object that stands in the list twice is no cycle.
    inner.inner = 1;
    const cyclic: unknown[] = [inner, outer];
    cyclic.push(cyclic);
    expect(same(cyclic, cyclic)).toBe(true);
  });

  test('the prototype of a class counts by identity, also when the class is registered', () => {
    expect(same(Money.prototype, Money.prototype)).toBe(true);
    expect(same(Money.prototype, Object.create(null))).toBe(false);
    // That of a subclass inherits the registration, or the method, and is no instance either.
    const read = jest.fn(({ id }: Entity) => id);
    class Entity {
      id = 1;
    }
    class Keyed extends Date {
      [cacheKey]() {
        return 1;
      }
    }
    registerCacheKey(Entity, read);
    for (const Base of [Entity, Keyed]) {
      class User extends Base {}
      class Order extends Base {}
      expect([same(User.prototype, Order.prototype), same(User.prototype, User.prototype)]).toEqual([false, true]);
      expect([same(Base.prototype, Base.prototype), same(new User(), new User())]).toEqual([true, true]);
    }
    expect(read).toHaveBeenCalledTimes(2);
    const { byIdentity } = cacheOf(memoize((..._: unknown[]) => 1)).explain(Entity.prototype, Keyed.prototype);
    expect(byIdentity).toEqual(['args[0]: Entity', 'args[1]: Keyed']);
  });

  test('a strict proxy of an instance, or one that hides its class, is no reason to fail', () => {
    class Plain {
      readonly id = 1;
    }
    registerCacheKey(Plain, (plain) => plain.id);
    expect(same(strict(new Plain()), new Plain())).toBe(true);
    const hidden = strict(new Plain(), true);
    expect([same(hidden, hidden), same(hidden, strict(new Plain(), true))]).toEqual([true, false]);
    const keyed = () => strict(Object.assign(new Plain(), { [cacheKey]: () => 1 }));
    expect(same(keyed(), keyed())).toBe(true);
  });

  test('explain does not name an instance of a registered class, but what its value counts by identity', () => {
    const places = (...args: unknown[]) => cacheOf(memoize((..._: unknown[]) => 1)).explain(...args).byIdentity;
    expect(places(new Money(1), [new Tax(1)])).toBeUndefined();
    class Holder {
      constructor(readonly content: unknown) {}
    }
    registerCacheKey(Holder, ({ content }) => ({ content }));
    expect(places(new Holder(new (class Id {})()))).toEqual(['args[0][cacheKey]().content: Id']);
    expect(places({ a: new Holder(1) })).toBeUndefined();
    // The constructor, which is the same each time, is no reason for a miss. Another class may be one.
    expect(places(new Holder(Holder))).toBeUndefined();
    expect(places(new Holder(Money))).toEqual(['args[0][cacheKey]().content: function Money']);
  });

  test('an argument that a load changes has another key after it', async () => {
    class Box {
      content = 1;
    }
    registerCacheKey(Box, ({ content }) => content);
    const errors: unknown[] = [];
    const load = memoize(async (box: Box) => box.content++, { on: { error: ({ error }) => errors.push(error) } });
    await load(new Box());
    expect([cacheOf(load).size, errors]).toEqual([0, [expect.any(ArgumentError)]]);
  });
});

describe('the lines of docs/keys.md for the classes of packages', () => {
  dayjs.extend(utc);
  dayjs.extend(timezone);
  const [Precise, Rounded] = [Decimal.clone({ precision: 50 }), Decimal.clone({ precision: 5 })];
  const OtherBig = Big();
  const OtherNumber = BigNumber.clone({ DECIMAL_PLACES: 5 });
  const id = '65a1b2c3d4e5f60718293a4b';
  const uuid = '0f6b1c1e-9a8d-4a57-8f0e-1b2c3d4e5f60';
  const noon = { year: 2026, month: 3, day: 29, hour: 12 };
  const inZone = (zone: string, locale = 'en') => DateTime.fromMillis(0, { zone, locale });

  /** For each class values that differ from each other. They are made twice, and then equal. */
  const differing: Record<string, () => unknown[]> = {
    Decimal: () => [
      ...[0, -0, 1, -1, Number.NaN, Infinity, -Infinity, '1e500', '1e-500', '1.5', '0.1'].map((n) => new Decimal(n)),
      ...['1.00000000000000000000000000000001', '-1.00000000000000000000000000000001'].map((n) => new Decimal(n)),
      ...[new Precise(1), new Rounded(1)],
    ],
    BigNumber: () =>
      [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, '1e500', '1e-500', '1.5', '1.00000000000000000000001'].map(
        (n) => new BigNumber(n),
      ),
    Big: () => [...[0, -0, 1, -1, '1e500', '1e-500', '1.5', '10', '0.1'].map((n) => new Big(n)), new OtherBig(1)],
    Long: () => [
      ...[0, 1, -1, 2 ** 32, 2 ** 53, -(2 ** 53)].flatMap((n) => [Long.fromNumber(n)]),
      ...[Long.UZERO, Long.MAX_UNSIGNED_VALUE, Long.fromNumber(1, true), Long.MIN_VALUE],
    ],
    ObjectId: () => [
      new ObjectId(id),
      new ObjectId('0'.repeat(24)),
      ObjectId.createFromTime(1),
      new ObjectId('f'.repeat(24)),
    ],
    Binary: () => [
      ...[[], [0], [1], [1, 0]].map((bytes) => new Binary(Uint8Array.from(bytes))),
      new Binary(Uint8Array.from([1]), Binary.SUBTYPE_MD5),
      ...[new UUID(uuid), new UUID(uuid.replace('0', '1')), new UUID(uuid).toBinary()],
    ],
    Decimal128: () =>
      ['0', '-0', '1', '1.0', '1.00', '-1', 'NaN', 'Infinity', '-Infinity', '1E+3', '1000'].map((n) =>
        Decimal128.fromString(n),
      ),
    BsonLong: () => [
      ...[0, 1, -1, 2 ** 32].map((n) => BsonLong.fromNumber(n)),
      ...[BsonLong.UZERO, BsonLong.MAX_UNSIGNED_VALUE],
      ...[new Timestamp({ t: 0, i: 1 }), new Timestamp({ t: 1, i: 0 })],
    ],
    dayjs: () => [
      ...[dayjs(0), dayjs(1), dayjs(0).locale('de'), dayjs('not a date')],
      ...[dayjs.utc(0), dayjs(0).utcOffset(2), dayjs(0).utcOffset(3)],
      ...[dayjs.tz(0, 'Europe/Paris'), dayjs.tz(0, 'Europe/Berlin')],
    ],
    DateTime: () => [
      ...[inZone('utc'), inZone('Europe/Paris'), inZone('Europe/Brussels'), inZone('UTC+1'), inZone('utc', 'de')],
      ...[inZone('utc').plus(1), inZone('utc').reconfigure({ numberingSystem: 'beng' })],
      inZone('utc').reconfigure({ outputCalendar: 'islamic' }),
      ...[DateTime.fromISO('x'), DateTime.invalid('mine'), DateTime.invalid('mine', 'because')],
      // Of the default locale and the same locale, given by name, only the first formats in English in any case.
      ...[DateTime.fromMillis(0, { zone: 'utc' }), inZone('utc', DateTime.local().locale!)],
      DateTime.fromMillis(0, {
        zone: 'utc',
        locale: 'en',
        weekSettings: { firstDay: 7, minimalDays: 1, weekend: [5] },
      }),
      DateTime.fromMillis(0, {
        zone: 'utc',
        locale: 'en',
        weekSettings: { firstDay: 7, minimalDays: 4, weekend: [5] },
      }),
      // The two times of one clock reading when summer time ends.
      ...[1, 2].map((hour) => DateTime.fromISO(`2026-10-25T0${hour}:30:00Z`, { zone: 'Europe/Paris' })),
    ],
    Duration: () => [
      ...[{ hours: 1 }, { minutes: 60 }, { hours: 1, minutes: 0 }, { hours: -1 }, {}].map((units) =>
        Duration.fromObject(units),
      ),
      Duration.fromObject({ hours: 1 }, { conversionAccuracy: 'longterm' }),
      Duration.fromObject({ hours: 1 }, { locale: 'de' }),
      Duration.fromObject({ hours: 1 }, { numberingSystem: 'beng' }),
      ...[Duration.invalid('mine'), Duration.invalid('other'), Duration.invalid('mine', 'because')],
    ],
    Interval: () => {
      const start = DateTime.fromObject(noon, { zone: 'utc' });
      return [
        ...[1, 2].map((hours) => Interval.after(start, { hours })),
        Interval.after(start.setZone('Europe/Paris'), { hours: 1 }),
        ...[Interval.invalid('mine'), Interval.invalid('other'), Interval.invalid('mine', 'because')],
      ];
    },
  };

  /** Values that are made in different ways and are equal. */
  const equal: Record<string, () => unknown[]> = {
    Decimal: () => [new Decimal('1.0'), new Decimal('0.5').plus('0.5'), new Decimal('10e-1'), new Decimal(1)],
    BigNumber: () => [new BigNumber('1.0'), new BigNumber('0.5').plus('0.5'), new BigNumber(1)],
    Big: () => [new Big('1.0'), new Big('0.5').plus('0.5'), new Big(1), Big('10e-1')],
    Long: () => [Long.fromNumber(5), Long.fromString('5'), Long.fromInt(2).add(3), Long.fromBits(5, 0)],
    ObjectId: () => {
      const used = new ObjectId(id);
      used.toString();
      used.getTimestamp();
      const { read } = deserialize(serialize({ read: used })) as { read: ObjectId };
      return [new ObjectId(id), ObjectId.createFromHexString(id.toUpperCase()), read, new ObjectId(used.id), used];
    },
    Binary: () => {
      const grown = new Binary();
      grown.put(1);
      grown.write(Uint8Array.from([2, 3]), 1);
      const { read } = deserialize(serialize({ read: grown }), { promoteBuffers: false }) as { read: Binary };
      return [new Binary(Uint8Array.from([1, 2, 3])), new Binary(Buffer.from([1, 2, 3])), grown, read];
    },
    Decimal128: () => {
      const { read } = deserialize(serialize({ read: Decimal128.fromString('1.50') })) as { read: Decimal128 };
      return [Decimal128.fromString('1.50'), new Decimal128('1.50'), read];
    },
    BsonLong: () => [BsonLong.fromNumber(5), BsonLong.fromString('5'), BsonLong.fromInt(2).add(3)],
    dayjs: () => [dayjs(0), dayjs(new Date(0)), dayjs(dayjs(0)), dayjs(5).subtract(5, 'millisecond')],
    DateTime: () => {
      const used = inZone('Europe/Paris');
      void [used.weekNumber, used.localWeekNumber, used.toFormat('DDDD')];
      return [
        inZone('Europe/Paris'),
        used,
        inZone('utc').setZone('Europe/Paris'),
        used.plus({ hours: 1 }).minus({ hours: 1 }),
      ];
    },
    Duration: () => {
      const used = Duration.fromObject({ hours: 1 });
      used.toHuman();
      return [Duration.fromObject({ hours: 1 }), Duration.fromISO('PT1H'), used, used.plus({ hours: 0 })];
    },
    Interval: () => {
      const start = DateTime.fromObject(noon, { zone: 'utc' });
      return [Interval.after(start, { hours: 1 }), Interval.fromDateTimes(start, start.plus({ hours: 1 }))];
    },
  };

  const [, block] = /^```ts\n([^`]*?registerCacheKey\(Decimal.*?)^```$/ms.exec(readFileSync('docs/keys.md', 'utf8'))!;
  const { outputText } = ts.transpileModule(block!, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });

  /** The classes of which two instances are equal without the lines. */
  const equalBefore: string[] = [];

  beforeAll(() => {
    for (const [name, make] of Object.entries(differing)) {
      const [values, again] = [make(), make()];
      // Some packages have one instance for some values.
      if (values.some((value, i) => value !== again[i] && same(value, again[i]))) equalBefore.push(name);
    }
    new Function('require', 'exports', 'console', outputText)(require, {}, { log() {} });
  });

  test('without its line no instance of such a class equals another', () => {
    expect(equalBefore).toEqual([]);
  });

  test.each(Object.keys(differing))('equal instances of %s hit, and different ones miss', (name) => {
    const values = differing[name]!();
    expect(differing[name]!().map((value) => keyOf([value]))).toEqual(values.map((value) => keyOf([value])));
    expect(new Set(values.map((value) => keyOf([value]))).size).toBe(values.length);
    const ways = equal[name]!();
    expect(new Set(ways.map((value) => keyOf([value]))).size).toBe(1);
    const get = memoize((value: unknown) => [value]);
    for (const value of ways) get({ value });
    expect(cacheOf(get).stats()).toMatchObject({ misses: 1, hits: ways.length - 1 });
    expect(cacheOf(get).explain({ all: [...values, ...ways] }).byIdentity).toBeUndefined();
  });

  test('the line for Big holds in strict mode, and the one for ObjectId with cached texts', () => {
    const { strict: wasStrict } = Big;
    const { cacheHexString } = ObjectId;
    try {
      Big.strict = true;
      expect(same(new Big('1.5'), new Big('1.50'))).toBe(true);
      ObjectId.cacheHexString = true;
      expect(same(new ObjectId(id), ObjectId.createFromHexString(id))).toBe(true);
    } finally {
      Big.strict = wasStrict;
      ObjectId.cacheHexString = cacheHexString;
    }
  });

  test('the clones of Decimal and Big have the prototype of the original, and those of BigNumber one of their own', () => {
    expect([Rounded.prototype === Decimal.prototype, OtherBig.prototype === Big.prototype]).toEqual([true, true]);
    expect(same(new Rounded(1), new Rounded(1))).toBe(true);
    expect(same(new OtherNumber(1), new OtherNumber(1))).toBe(false);
    registerCacheKey(OtherNumber, (n) => n.valueOf());
    expect([same(new OtherNumber(1), new OtherNumber(1)), same(new OtherNumber(1), new BigNumber(1))]).toEqual([
      true,
      false,
    ]);
  });

  test('the class of another copy of a package, or of another realm, is another class', () => {
    let other!: typeof Decimal;
    jest.isolateModules(() => {
      ({ Decimal: other } = require('decimal.js'));
    });
    expect([other === Decimal, same(new other(1), new other(1))]).toEqual([false, false]);
    registerCacheKey(other, (n) => n.valueOf());
    expect([same(new other(1), new other(1)), same(new other(1), new Decimal(1))]).toEqual([true, false]);
    type Id = new () => { readonly id: number };
    const [here, there] = [0, 1].map((): Id => runInNewContext('(class { id = 1 })'));
    for (const Class of [here!, there!]) registerCacheKey(Class, ({ id }) => id);
    expect([same(new here!(), new here!()), same(new here!(), new there!())]).toEqual([true, false]);
  });

  test('every class of the table has its line, and every line its class', () => {
    const names = [...block!.matchAll(/^registerCacheKey\((\w+)/gm)].map(([, name]) => name!);
    expect(names.sort()).toEqual(Object.keys(differing).sort());
    expect(Object.keys(equal).sort()).toEqual(names);
  });
});
