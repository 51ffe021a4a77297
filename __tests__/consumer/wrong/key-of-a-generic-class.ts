import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Repository<T> {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (user: User) => number; }, (item: T) => boolean>'
  @cached({ key: (user: User) => user.id })
  has(item: T): boolean {
    return item !== undefined;
  }
}
