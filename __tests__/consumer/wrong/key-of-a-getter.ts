import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (user: User) => number; }, () => number>'
  // expect legacy: nothing
  @cached({ key: (user: User) => user.id })
  get size(): number {
    return 1;
  }
}
