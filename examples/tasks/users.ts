import { AsyncLocalStorage } from 'node:async_hooks';
import { cached } from 'memokit';
import { request } from 'memokit/request';
import type { Database } from '../schema-service/database.js';
import { RequestError } from './errors.js';

export interface User {
  readonly name: string;
  /** The user's tasks that are not done. */
  readonly open: number;
}

/** The name that the caller of the current request has given. A real service would check a token. */
export const callerName = new AsyncLocalStorage<string | undefined>();

/** The users, of whom each request has one. */
export class Users {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The user that makes the request. It has no argument, so its result must not outlive the request, nor reach another one:
   * `per: request` sees to both. All that asks during one request gets the same object, after one query.
   *
   * @throws RequestError when the caller has given no name.
   */
  @cached({ per: request })
  async current(): Promise<User> {
    const name = callerName.getStore();
    if (!name) throw new RequestError(401, 'tell your name in the header x-user');
    const count = 'SELECT count(*)::int AS open FROM tasks WHERE owner = $1 AND NOT is_done';
    const [row] = await this.#database.query<{ open: number }>(count, [name]);
    return { name, open: row!.open };
  }
}
