import { cached } from 'memokit';
import { readSchema } from './catalog.js';
import { clock } from './clock.js';
import type { Database } from './database.js';
import type { Schema } from './schema.js';

/** A schema service: what the tables of a database consist of, read from its catalog through a cache. */
export class SchemaService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The schema of a table or view, named exactly as the catalog has it: `shop.orders`, or `orders` for `public.orders`.
   *
   * @throws UnknownTableError when there is none. It is not cached: a table can be created at any time.
   */
  @cached({ capacity: 128, ttl: 300_000, key: qualified, clock })
  async get(table: string): Promise<Schema> {
    const [namespace, name] = split(table);
    const schema = await readSchema(this.#database, namespace, name);
    if (schema === undefined) throw new UnknownTableError(table);
    return schema;
  }
}

/** There is no table of this name. */
export class UnknownTableError extends Error {
  readonly code = 'UNKNOWN_TABLE';
  override readonly name = 'UnknownTableError';

  constructor(readonly table: string) {
    super(`there is no table or view named ${split(table).join('.')}`);
  }
}

/** One name for one table. With two keys it would have two entries, and deleting one would leave the other stale. */
function qualified(table: string): string {
  return split(table).join('.');
}

/** A namespace, `public` unless the name has one, and a name, which may itself have dots. */
function split(table: string): [namespace: string, name: string] {
  const dot = table.indexOf('.');
  return dot === -1 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)];
}
