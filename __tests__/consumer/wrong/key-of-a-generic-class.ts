import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Repository<T> {
  // EXPECT
  @cached({ key: (user: User) => user.id })
  has(item: T): boolean {
    return item !== undefined;
  }
}
