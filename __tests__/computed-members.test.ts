import { expect, test } from '@jest/globals';
import { cached, cacheOf, evicts } from 'memokit';

/** Members with computed names, in a file of their own: Babel's legacy dialect decorates none. */
test('a method named by a symbol is cached', () => {
  const name = Symbol('name');
  class Named {
    calls = 0;
    @cached()
    [name](n: number) {
      return n + ++this.calls;
    }
  }
  const named = new Named();
  expect([named[name](1), named[name](1)]).toEqual([2, 2]);
  expect(cacheOf(named, name).size).toBe(1);
});

test('a method named by a number is cached', () => {
  class Numbered {
    calls = 0;
    @cached()
    0(n: number) {
      return n + ++this.calls;
    }
    @evicts(0, (n) => [n])
    1(_n: number) {}
  }
  const numbered = new Numbered();
  expect([numbered[0](1), numbered[0](1)]).toEqual([2, 2]);
  numbered[1](1);
  expect(numbered[0](1)).toBe(3);
});

test('a mutator names a method by its symbol, and may have one for its own name', () => {
  const get = Symbol('get');
  const change = Symbol('change');
  class Named {
    calls = 0;
    @cached()
    [get](n: number) {
      return n + ++this.calls;
    }
    @evicts(get, (n) => [n])
    [change](_n: number) {}
  }
  const named = new Named();
  expect([named[get](1), named[get](2)]).toEqual([2, 4]);
  named[change](1);
  expect([named[get](2), named[get](1)]).toEqual([4, 4]);
});
