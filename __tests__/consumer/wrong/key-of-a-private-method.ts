import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // EXPECT
  @cached({ key: (user: User) => user.id })
  private get(id: number): string {
    return `${id}`;
  }
  readonly first = this.get(1);
}
