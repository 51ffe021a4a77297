/** Deno 2 does not compile this: docs/hosts.md says so. */
import { cached } from 'memokit';

export class Store {
  @cached()
  #secret(name: string) {
    return { name };
  }

  read(name: string) {
    return this.#secret(name);
  }
}
