import { memoize } from 'memokit';

// expect: Argument of type '(id: number) => number[]' is not assignable … Type 'unknown[]' is not assignable to type 'number'.
export const get = memoize.many((id: number) => [id]);
