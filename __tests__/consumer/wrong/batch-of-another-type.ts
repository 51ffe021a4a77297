import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ many: (slugs: readonly string[]) => readonly string[]; }, (id: number) => Promise<string>>'
  @cached({ many: (slugs: readonly string[]) => slugs })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
