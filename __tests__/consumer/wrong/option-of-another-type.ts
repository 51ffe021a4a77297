import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ capacity: '5' })
  get(id: number): string {
    return `${id}`;
  }
}
