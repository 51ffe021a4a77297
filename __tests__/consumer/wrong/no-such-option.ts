import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ ttl: 1000, maxSize: 5 })
  get(id: number): string {
    return `${id}`;
  }
}
