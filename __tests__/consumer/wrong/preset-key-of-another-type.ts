import { cached } from 'memokit';

interface User {
  readonly id: number;
}

const byUser = cached.with({ key: (user: User) => user.id });

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<
  @byUser({ ttl: 1000 })
  get(id: number): string {
    return `${id}`;
  }
}
