import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ on: { hit: ({ args }: { args?: [user: User]; }) => [user: User] | undefined; }; }, (id: number) => string>'
  @cached({ on: { hit: ({ args }: { args?: [user: User] }) => args } })
  get(id: number): string {
    return `${id}`;
  }
}
