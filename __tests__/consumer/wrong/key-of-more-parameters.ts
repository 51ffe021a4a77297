import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ key: (id: number, locale: string) => string; }, (id: number) => string>'
  @cached({ key: (id: number, locale: string) => id + locale })
  get(id: number): string {
    return `${id}`;
  }
}
