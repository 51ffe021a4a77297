import { cachedProxy } from 'memokit';

interface User {
  readonly id: number;
}

// expect: Type '(user: User) => number' is not assignable to type '(this: Date, time: number) => unknown'.
export const dates = cachedProxy(new Date(), { setTime: { key: (user: User) => user.id } });
