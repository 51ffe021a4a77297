import { expect, test } from '@jest/globals';
import { cached, cacheOf } from 'memokit';

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
