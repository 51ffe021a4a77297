import { cacheOf, memoize } from 'memokit';

const get = memoize((id: number) => `${id}`);
// expect: Argument of type 'string' is not assignable to parameter of type 'number'.
export const expired = cacheOf(get).expire('1');
