import { cached } from 'memokit';
import { memoryStore } from 'memokit/store';

export class Users {
  readonly tenant = 5;

  // expect: Type '(self: Users) => number' is not assignable to type '(self: any) => string'. … Type 'number'
  @cached({ store: memoryStore(), id: (self: Users) => self.tenant })
  get(id: number): string {
    return `${id}`;
  }
}
