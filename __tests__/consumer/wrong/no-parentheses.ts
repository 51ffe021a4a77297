import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'NeedsParentheses<"write @cached()">' is not assignable
  @cached
  get(id: number): string {
    return `${id}`;
  }
}
