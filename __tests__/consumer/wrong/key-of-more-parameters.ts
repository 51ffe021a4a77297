import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ key: (id: number, locale: string) => id + locale })
  get(id: number): string {
    return `${id}`;
  }
}
