import { memoize } from 'memokit';

export const square = memoize((n: number) => n * n, {
  // EXPECT
  many: (ns) => ns.map((n) => n * n),
});
