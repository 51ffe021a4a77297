import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<
  @cached({ ttl: 5, staleIfError: { for: '1h', when: (_error: unknown, user: User) => user.id > 0 } })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
