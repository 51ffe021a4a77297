import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (id: number) => string; }, (id?: number | undefined) => string>'
  @cached({ key: (id: number) => id.toFixed() })
  get(id?: number): string {
    return `${id}`;
  }
}
