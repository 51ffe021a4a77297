import { cached } from 'memokit';

export class Users {
  // expect: Decorator function return type 'CallbackMismatch<{ signal: (_id: string, signal?: AbortSignal | undefined) => AbortSignal | undefined; }, (id: number, _signal?: AbortSignal | undefined) => Promise<...>>'
  @cached({ signal: (_id: string, signal?: AbortSignal) => signal })
  async get(id: number, _signal?: AbortSignal): Promise<number> {
    return id;
  }
}
