import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // EXPECT
  @cached({ on: { hit: ({ args }: { args?: [user: User] }) => args } })
  get(id: number): string {
    return `${id}`;
  }
}
