import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ ttl: (_result: string, user: User) => number; }, (id: number) => string>'
  @cached({ ttl: (_result: string, user: User) => user.id })
  get(id: number): string {
    return `${id}`;
  }
}
