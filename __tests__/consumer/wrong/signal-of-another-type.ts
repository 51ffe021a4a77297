import { cached } from 'memokit';

export class Users {
  // EXPECT
  @cached({ signal: (_id: string, signal?: AbortSignal) => signal })
  async get(id: number, _signal?: AbortSignal): Promise<number> {
    return id;
  }
}
