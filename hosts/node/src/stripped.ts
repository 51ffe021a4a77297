/** Node runs this file without a compiler from 22.18 on, and refuses its decorator: docs/hosts.md says so. */
import { cached } from 'memokit';

export class Users {
  @cached()
  get(id: number) {
    return { id };
  }
}
