import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached()
  readonly size = 5;
}
