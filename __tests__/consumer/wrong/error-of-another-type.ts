import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ on: { error: ({ args: [user] }: { args: [user: User]; }) => number; }; }, (id: number) => Promise<string>>'
  @cached({ on: { error: ({ args: [user] }: { args: [user: User] }) => user.id } })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
