import { cached } from 'memokit';

const service = cached.with({ ttl: 1000 });

export class Users {
  // expect: Decorator function return type 'NeedsParentheses<"write @cached()">' is not assignable
  @service
  get(id: number): string {
    return `${id}`;
  }
}
