import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ key: (id: number) => id })
  get(id: unknown): string {
    return `${id}`;
  }
}
