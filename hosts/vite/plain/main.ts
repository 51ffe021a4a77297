import { cached } from 'memokit';

export class Users {
  @cached()
  get(id: number) {
    return { id };
  }
}

declare global {
  var result: Promise<void>;
}
globalThis.result = Promise.resolve();
