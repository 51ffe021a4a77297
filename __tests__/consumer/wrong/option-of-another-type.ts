import { cached } from 'memokit';

export class Users {
  // expect: Type 'string' is not assignable to type 'number'.
  @cached({ capacity: '5' })
  get(id: number): string {
    return `${id}`;
  }
}
