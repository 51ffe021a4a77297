import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // EXPECT
  @cached({ on: { error: ({ args: [user] }: { args: [user: User] }) => user.id } })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
