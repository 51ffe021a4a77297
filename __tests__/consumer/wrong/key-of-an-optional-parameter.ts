import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ key: (id: number) => id.toFixed() })
  get(id?: number): string {
    return `${id}`;
  }
}
