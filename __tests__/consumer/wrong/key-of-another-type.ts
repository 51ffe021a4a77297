import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (user: User) => number; }, (id: number) => string>'
  @cached({ key: (user: User) => user.id })
  get(id: number): string {
    return `${id}`;
  }
}
