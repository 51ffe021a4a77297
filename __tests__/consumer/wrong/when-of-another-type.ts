import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ when: (_result: any, user: User) => boolean; }, (id: number) => string>'
  @cached({ when: (_result, user: User) => user.id > 0 })
  get(id: number): string {
    return `${id}`;
  }
}
