import { memoize } from 'memokit';

export const square = memoize((n: number) => n * n, {
  // expect: is not assignable to type … BatchFunction<number, Refused<"the function has to return a promise">
  many: (ns) => ns.map((n) => n * n),
});
