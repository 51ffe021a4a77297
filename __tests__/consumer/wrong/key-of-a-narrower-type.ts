import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (id: number) => number; }, (id: unknown) => string>'
  @cached({ key: (id: number) => id })
  get(id: unknown): string {
    return `${id}`;
  }
}
