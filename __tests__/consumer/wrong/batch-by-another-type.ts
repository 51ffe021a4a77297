import { cached } from 'memokit';

interface User {
  readonly id: number;
}

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ many: string; batchBy: (user: User) => number; }, (id: number) => Promise<string>>'
  @cached({ many: 'getMany', batchBy: (user: User) => user.id })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
