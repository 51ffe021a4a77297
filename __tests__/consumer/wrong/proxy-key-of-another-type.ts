import { cachedProxy } from 'memokit';

interface User {
  readonly id: number;
}

// EXPECT
export const dates = cachedProxy(new Date(), { setTime: { key: (user: User) => user.id } });
