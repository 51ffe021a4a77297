import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ many: (slugs: readonly string[]) => slugs })
  async get(id: number): Promise<string> {
    return `${id}`;
  }
}
