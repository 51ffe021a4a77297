/**
 * Source: CPython's tests of `functools.lru_cache` and `functools.cache`, class TestLRU in `Lib/test/test_functools.py`
 * (github.com/python/cpython), told in our words. `maxsize=None` is `capacity: Infinity`, keyword arguments are an object,
 * threads are async calls that overlap. docs/foreign.md lists the differences by choice.
 */
import { describe, expect, test } from '@jest/globals';
import { cached, cacheOf, memoize } from 'memokit';
import { error } from '../support/error.js';

/** The four numbers of `cache_info()`: hits, misses, the bound and the size. */
function info(fn: (...args: any[]) => unknown): number[] {
  const { hits, misses, capacity, size } = cacheOf(fn).stats() as unknown as Record<string, number>;
  return [hits!, misses!, capacity!, size!];
}

const FIBONACCI = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];

describe('the bound', () => {
  test('with room for all, each argument list is computed once', () => {
    const calls: number[][] = [];
    const area = memoize(
      (x: number, y: number) => {
        calls.push([x, y]);
        return x * y;
      },
      { capacity: 20 },
    );
    const numbers = [0, 1, 2, 3, 4];
    for (let round = 0; round < 200; round++) {
      const [x, y] = [numbers[round % 5]!, numbers[(round * 7) % 3]!];
      expect(area(x, y)).toBe(x * y);
    }
    expect(info(area)).toEqual([200 - 15, 15, 20, 15]);
    expect(calls).toHaveLength(15);
  });

  test('with room for one, only the last argument list hits', () => {
    let calls = 0;
    const double = memoize(
      (x: number) => {
        calls++;
        return 2 * x;
      },
      { capacity: 1 },
    );
    expect([5, 5, 6, 6, 5].map((x) => double(x))).toEqual([10, 10, 12, 12, 10]);
    expect([calls, info(double)]).toEqual([3, [2, 3, 1, 1]]);
  });

  test('with room for two, the argument list that was used last stays', () => {
    const computed: number[] = [];
    const double = memoize(
      (x: number) => {
        computed.push(x);
        return 2 * x;
      },
      { capacity: 2 },
    );
    for (const x of [7, 9, 7, 9, 7, 9, 8, 8, 8, 9, 9, 9, 8, 8, 8, 7]) expect(double(x)).toBe(2 * x);
    expect(computed).toEqual([7, 9, 8, 7]);
    expect(info(double)).toEqual([12, 4, 2, 2]);
  });

  test('without a bound nothing is computed again', () => {
    const id = memoize((n: number) => n, { capacity: Infinity });
    for (let round = 0; round < 2; round++) for (let n = 0; n < 5000; n++) id(n);
    expect(info(id)).toEqual([5000, 5000, Infinity, 5000]);
  });

  test('recursion through a bounded cache exceeds the bound at no time', () => {
    const sizes: number[] = [];
    const down: (n: number) => number = memoize(
      (n: number) => {
        const below = n > 0 ? down(n - 1) : 0;
        sizes.push(cacheOf(down).size);
        return below;
      },
      { capacity: 10 },
    );
    expect(down(15)).toBe(0);
    expect(cacheOf(down).size).toBe(10);
    expect(Math.max(...sizes)).toBe(10);
    expect(down(15)).toBe(0);
    expect(info(down).slice(0, 2)).toEqual([1, 16]);
  });

  test('a call that makes another call in a cache of one gets a right result, and so does the other', () => {
    let isOnce = true;
    const id: (n: number) => number = memoize(
      (n: number) => {
        if (isOnce) {
          isOnce = false;
          expect(id(n + 1)).toBe(n + 1);
        }
        return n;
      },
      { capacity: 1 },
    );
    expect(id(20)).toBe(20);
    expect([...cacheOf(id).entries()]).toHaveLength(1);
    expect([id(20), id(21), id(20)]).toEqual([20, 21, 20]);
  });

  test('the default bound is 128, as in Python', () => {
    const id = memoize((n: number) => n);
    for (let n = 0; n < 200; n++) id(n);
    expect(info(id)).toEqual([0, 200, 128, 128]);
  });
});

describe('fibonacci', () => {
  test.each([128, 16, Infinity])('with capacity %d it takes one miss for each number, and 28 hits', (capacity) => {
    const fib: (n: number) => number = memoize((n: number) => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { capacity });
    expect(FIBONACCI.map((_value, n) => fib(n))).toEqual(FIBONACCI);
    expect(info(fib)).toEqual([28, 16, capacity, 16]);
    cacheOf(fib).clear();
    expect(cacheOf(fib).size).toBe(0);
  });

  test.each([128, Infinity])(
    'with an object for keyword arguments and capacity %d the counts are the same',
    (capacity) => {
      const fib: (by: { n: number }) => number = memoize(
        ({ n }: { n: number }) => (n < 2 ? n : fib({ n: n - 1 }) + fib({ n: n - 2 })),
        { capacity },
      );
      expect(FIBONACCI.map((_value, n) => fib({ n }))).toEqual(FIBONACCI);
      expect(info(fib)).toEqual([28, 16, capacity, 16]);
    },
  );

  test('top down, each number below is computed once', () => {
    const computed: number[] = [];
    const fib: (n: number) => bigint = memoize((n: number) => {
      computed.push(n);
      return n < 2 ? BigInt(n) : fib(n - 1) + fib(n - 2);
    });
    expect(fib(100)).toBe(354224848179261915075n);
    expect(computed).toHaveLength(101);
  });
});

describe('keys', () => {
  test('a function without parameters has one entry', () => {
    let calls = 0;
    const answer = memoize(() => ++calls, { capacity: 1 });
    expect([answer(), answer(), answer()]).toEqual([1, 1, 1]);
    expect(info(answer)).toEqual([2, 1, 1, 1]);
    cacheOf(answer).clear();
    expect(answer()).toBe(2);
  });

  test('a spread list and the list as one argument are two calls', () => {
    const count = memoize((...args: unknown[]) => args.length);
    expect([count(1, 2), count([1, 2]), count(1, 2), count([1, 2])]).toEqual([2, 1, 2, 1]);
    expect(info(count).slice(0, 2)).toEqual([2, 2]);
  });

  test('positional arguments and an object of the same values are two calls', () => {
    const typeOf = memoize((x: unknown) => typeof x);
    expect([typeOf(1), typeOf({ x: 1 })]).toEqual(['number', 'object']);
  });

  test('values that are equal but of different types are different keys', () => {
    const typeOf = memoize((x: unknown) => typeof x);
    const values = [3, 3n, '3', true, 1, 0, false, null, undefined, ''];
    expect(values.map((x) => typeOf(x))).toEqual(values.map((x) => typeof x));
    expect(info(typeOf).slice(0, 2)).toEqual([0, values.length]);
  });

  test('NaN hits itself', () => {
    const id = memoize((x: number) => [x]);
    expect(id(Number.NaN)).toBe(id(Number.NaN));
  });

  test('an argument is read during its own call only, not when another call evicts its entry', () => {
    let asked = 0;
    const five = {
      get value() {
        asked++;
        return 5;
      },
    };
    const sum = memoize((x: { value: number }, y: number) => typeof x + y, { capacity: 1 });
    sum(five, 1);
    const once = asked;
    expect(once).toBeGreaterThan(0);
    sum(five, 1);
    const twice = asked;
    sum({ value: 6 }, 2);
    expect(asked).toBe(twice);
    sum(five, 1);
    expect(asked).toBeGreaterThan(twice);
    expect(info(sum)).toEqual([1, 3, 1, 1]);
  });

  test('a getter of an argument may call the function, and both calls get a right result', () => {
    const describeIt: (x: { n: number }) => string = memoize((x: { n: number }) => `n is ${x.n}`);
    const reentrant = {
      get n() {
        expect(describeIt({ n: 1 })).toBe('n is 1');
        return 2;
      },
    };
    describeIt({ n: 1 });
    expect(describeIt(reentrant)).toBe('n is 2');
    expect(describeIt(reentrant)).toBe('n is 2');
  });

  test('an error of reading an argument reaches the caller, and nothing is stored', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const id = memoize((x: unknown) => x, { capacity: Infinity });
    for (let i = 0; i < 3; i++) expect(() => id(proxy)).toThrow(TypeError);
    expect(info(id)[3]).toBe(0);
  });
});

describe('errors', () => {
  test.each([128, Infinity])('with capacity %d an error passes through as it is, and is not stored', (capacity) => {
    let calls = 0;
    const letter = memoize(
      (index: number) => {
        calls++;
        const found = 'abc'[index];
        if (found === undefined) throw new RangeError(`no letter ${index}`);
        return found;
      },
      { capacity },
    );
    expect(letter(0)).toBe('a');
    const errors = [15, 15].map((index) => {
      try {
        return letter(index);
      } catch (thrown) {
        return thrown as Error;
      }
    });
    for (const thrown of errors) {
      expect(thrown).toBeInstanceOf(RangeError);
      expect((thrown as Error).cause).toBe(undefined);
    }
    expect(errors[0]).not.toBe(errors[1]);
    expect([calls, cacheOf(letter).size]).toEqual([3, 1]);
  });

  test('memoize refuses anything but a function at once', () => {
    for (const wrong of [undefined, null, 3, 'name', {}])
      expect(() => memoize(wrong as never)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT' }));
  });
});

describe('the wrapper', () => {
  test('it keeps name, length and properties, and works without options', () => {
    function area(x: number, y: number) {
      return x * y;
    }
    const wrapped = memoize(Object.assign(area, { unit: 'm²' }));
    expect([wrapped.name, wrapped.length, wrapped.unit, wrapped(2, 3)]).toEqual(['area', 2, 'm²', 6]);
  });

  test('the parameters of a cache can be read', () => {
    expect(cacheOf(memoize(() => 1, { capacity: 2 })).capacity).toBe(2);
    expect(cacheOf(memoize(() => 1, { capacity: Infinity })).capacity).toBe(Infinity);
  });

  test('a builtin that the program uses everywhere can be replaced by its memoized form', () => {
    const original = String.prototype.trim;
    // A memoized function does not tell receivers apart unless its key does.
    const trimmed = memoize(original, {
      capacity: 4,
      key(this: unknown) {
        return this;
      },
    });
    (String.prototype as any).trim = trimmed;
    try {
      for (const n of [0, 0, 1, 2, 3, 3, 4, 5, 6, 1, 7, 2, 1]) {
        expect(` ${'x'.repeat(n)} `.trim()).toHaveLength(n);
      }
    } finally {
      (String.prototype as any).trim = original;
    }
    expect(info(trimmed)[0]).toBeGreaterThan(0);
  });
});

describe('methods', () => {
  class Scale {
    calls = 0;
    constructor(readonly by: number) {}

    @cached({ capacity: 2 })
    times(x: number) {
      this.calls++;
      return x * this.by;
    }

    @cached()
    static unit() {
      return new Scale(1);
    }
  }

  test('a method is bound to its receiver, whose results it does not mix with those of another', () => {
    const [five, seven] = [new Scale(5), new Scale(7)];
    for (const x of [1, 2, 2, 3, 1, 1, 1, 2, 3, 3]) expect(five.times(x)).toBe(5 * x);
    expect([five.calls, seven.calls]).toEqual([6, 0]);
    expect(cacheOf(five, 'times').stats()).toMatchObject({ hits: 4, misses: 6, size: 2 });
    for (const x of [2, 1, 1, 1, 1, 2, 1, 3, 2, 1]) expect(seven.times(x)).toBe(7 * x);
    expect([five.calls, seven.calls]).toEqual([6, 5]);
    expect(cacheOf(seven, 'times').stats()).toMatchObject({ hits: 5, misses: 5, size: 2 });
  });

  test('a static method has a cache', () => {
    expect(Scale.unit()).toBe(Scale.unit());
  });
});

describe('async calls that overlap', () => {
  const pause = () => new Promise((resolve) => setImmediate(resolve));

  test('many workers over a few keys make one load for each key', async () => {
    const [workers, rounds] = [5, 11];
    const sum = memoize(
      async (x: number, y: number) => {
        await pause();
        return 3 * x + y;
      },
      { capacity: workers * rounds },
    );
    const work = async (k: number) => {
      for (let round = 0; round < rounds; round++) expect(await sum(k, 0)).toBe(3 * k);
    };
    await Promise.all(Array.from({ length: workers }, (_, k) => work(k)));
    expect(info(sum)).toEqual([workers * rounds - workers, workers, workers * rounds, workers]);
  });

  test('a worker that clears all the time makes no other wrong', async () => {
    const sum = memoize(async (x: number) => {
      await pause();
      return 3 * x;
    });
    const work = async (k: number) => {
      for (let round = 0; round < 20; round++) expect(await sum(k)).toBe(3 * k);
    };
    const clear = async () => {
      for (let round = 0; round < 40; round++) {
        cacheOf(sum).clear();
        await pause();
      }
    };
    await Promise.all([clear(), ...Array.from({ length: 5 }, (_, k) => work(k))]);
    expect(await sum(1)).toBe(3);
    const { hits, misses } = cacheOf(sum).stats();
    expect(hits + misses).toBe(101);
  });

  test('with less room than keys in flight everyone gets the right answer', async () => {
    const triple = memoize(
      async (x: number) => {
        await pause();
        return 3 * x;
      },
      { capacity: 2 },
    );
    expect(await Promise.all([1, 2, 2, 3, 2].map((x) => triple(x)))).toEqual([3, 6, 6, 9, 6]);
    expect(cacheOf(triple).size).toBe(2);
  });
});

describe('differences by choice', () => {
  test('a capacity of 0 or less is refused, where maxsize=0 only counts', () => {
    for (const capacity of [0, -10]) {
      expect(() => memoize((n: number) => n, { capacity })).toThrow('capacity');
    }
  });

  test('a when that returns false keeps nothing, and calls are still counted', () => {
    const id = memoize((n: number) => n, { when: () => false });
    for (let i = 0; i < 5; i++) expect(id(1)).toBe(1);
    expect([info(id)[0], info(id)[1], info(id)[3]]).toEqual([0, 5, 0]);
  });

  test('clear keeps the counts, and minus gives those since', () => {
    const id = memoize((n: number) => n);
    id(1);
    id(1);
    cacheOf(id).clear();
    const before = cacheOf(id).stats();
    expect([before.hits, before.misses, before.size]).toEqual([1, 1, 0]);
    id(1);
    expect(cacheOf(id).stats().minus(before)).toMatchObject({ hits: 0, misses: 1 });
  });

  test('types count at every depth, where typed=True looks at arguments only', () => {
    const show = memoize((x: unknown[]) => typeof x[0]);
    expect([show([1]), show([1n]), show([true]), show(['1'])]).toEqual(['number', 'bigint', 'boolean', 'string']);
  });

  test('-0 and 0 are different arguments', () => {
    const inverse = memoize((x: number) => 1 / x);
    expect([inverse(0), inverse(-0)]).toEqual([Infinity, -Infinity]);
  });

  test('lists and dictionaries are keys by content, where Python refuses what has no hash', () => {
    const sum = memoize((numbers: number[]) => numbers.reduce((a, b) => a + b, 0));
    expect([sum([1, 2]), sum([1, 2])]).toEqual([3, 3]);
    expect(info(sum).slice(0, 2)).toEqual([1, 1]);
  });

  test('the order of keyword arguments does not count', () => {
    const names = memoize((by: Record<string, number>) => Object.keys(by).sort().join());
    expect([names({ a: 1, b: 2 }), names({ b: 2, a: 1 })]).toEqual(['a,b', 'a,b']);
    expect(info(names).slice(0, 2)).toEqual([1, 1]);
  });

  test('an instance counts by identity unless its class has a cacheKey, where Python asks for its hash and equality', () => {
    class Point {
      constructor(readonly x: number) {}
    }
    const xOf = memoize((point: Point) => point.x);
    expect([xOf(new Point(1)), xOf(new Point(1))]).toEqual([1, 1]);
    expect(info(xOf).slice(0, 2)).toEqual([0, 2]);
  });

  test('each instance has a cache of its own, where Python has one for the class and keys on self', () => {
    class Scale {
      @cached({ capacity: 1 })
      times(x: number) {
        return [x];
      }
    }
    const [one, other] = [new Scale(), new Scale()];
    const first = one.times(1);
    other.times(2);
    expect(one.times(1)).toBe(first);
    expect(() => cacheOf(Scale.prototype.times)).toThrow(error({ code: 'MEMOKIT_NOT_CACHED' }));
  });

  test('overlapping calls of one key share one load, where Python runs each', async () => {
    let calls = 0;
    const triple = memoize(async (x: number) => {
      calls++;
      await null;
      return 3 * x;
    });
    expect(await Promise.all(Array.from({ length: 5 }, () => triple(2)))).toEqual([6, 6, 6, 6, 6]);
    expect([calls, cacheOf(triple).stats().coalesced]).toEqual([1, 4]);
  });

  test('there is no __wrapped__, and structuredClone refuses a memoized function', () => {
    const id = memoize((n: number) => n);
    expect('__wrapped__' in id).toBe(false);
    expect(() => structuredClone(id)).toThrow();
  });
});
