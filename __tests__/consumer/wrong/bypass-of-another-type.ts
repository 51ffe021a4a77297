import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ bypass: (user: User) => boolean; }, (id: number) => string>'
  @cached({ bypass: (user: User) => user.id > 0 })
  get(id: number): string {
    return `${id}`;
  }
}
