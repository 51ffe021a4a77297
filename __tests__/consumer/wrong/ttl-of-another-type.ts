import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // EXPECT
  @cached({ ttl: (_result: string, user: User) => user.id })
  get(id: number): string {
    return `${id}`;
  }
}
