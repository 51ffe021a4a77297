/**
 * Users: a class of a cached method and two mutators, decorated with a peer's decorators, in the legacy dialect, which
 * all peers serve that have such decorators.
 */
import { compile } from '../service.mjs';

const USERS = `
export default function ({ cached, evicts, puts }) {
  class Users {
    #names = new Map();
    loads = 0;
    @cached async get(id) { this.loads++; return this.#names.get(id) ?? 'nobody'; }
    @evicts async rename(id, name) { this.#names.set(id, name); }
    @puts async save(id, name) { this.#names.set(id, name); return name; }
  }
  return Users;
}`;

/** An object whose `get(id)` is cached; `rename(id, name)` evicts that call, `save(id, name)` puts its result there. */
export async function usersOf(decorators) {
  const Users = (await compile(USERS, 'legacy'))(decorators);
  return new Users();
}
