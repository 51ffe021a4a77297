import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (user: User) => number; }, () => string[]>'
  @cached({ key: (user: User) => user.id })
  all(): string[] {
    return [];
  }
}
