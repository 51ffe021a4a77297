import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ tags: (_result: string, user: User) => string[]; }, (id: number) => string>'
  @cached({ tags: (_result: string, user: User) => [`${user.id}`] })
  get(id: number): string {
    return `${id}`;
  }
}
