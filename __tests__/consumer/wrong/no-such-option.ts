import { cached } from 'memokit';

export class Users {
  // expect: Type 'number' is not assignable to type 'NoSuchOption<"maxSize">'.
  @cached({ ttl: 1000, maxSize: 5 })
  get(id: number): string {
    return `${id}`;
  }
}
