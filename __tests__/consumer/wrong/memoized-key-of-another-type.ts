import { memoize } from 'memokit';

interface User {
  readonly id: number;
}

export const get = memoize((id: number) => `${id}`, {
  // expect: Type '(user: User) => number' is not assignable to type '(this: unknown, id: number) => unknown'.
  key: (user: User) => user.id,
});
