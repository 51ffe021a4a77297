import { memoize } from 'memokit';

interface User {
  readonly id: number;
}

export const get = memoize((id: number) => `${id}`, {
  // EXPECT
  key: (user: User) => user.id,
});
