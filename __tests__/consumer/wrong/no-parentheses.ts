import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached
  get(id: number): string {
    return `${id}`;
  }
}
