import { cached } from 'memokit';

export class Users {
  // expect: Type '"5 minutes"' is not assignable to type
  @cached({ ttl: '5 minutes' })
  get(id: number): string {
    return `${id}`;
  }
}
