import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // EXPECT
  @cached({ when: (_result, user: User) => user.id > 0 })
  get(id: number): string {
    return `${id}`;
  }
}
