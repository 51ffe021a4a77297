import { memoize } from 'memokit';

// expect: => number' is not assignable to type
export const get = memoize((id: number) => ({ id }), { copy: (user: { id: number }) => user.id });
