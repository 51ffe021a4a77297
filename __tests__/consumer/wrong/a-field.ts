import { cached } from 'memokit';

export class Users {
  // expect: Unable to resolve signature of property decorator
  @cached()
  readonly size = 5;
}
