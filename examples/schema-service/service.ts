import { cached } from 'memokit';
import { readSchema } from './catalog.js';
import { clock } from './clock.js';
import type { Database } from './database.js';
import type { Schema } from './schema.js';

/** A schema service. It reads the schemas of a database's tables from the catalog, through a cache. */
export class SchemaService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Returns the schema of a table or view, named exactly as in the catalog: `shop.orders`, or `orders` for `public.orders`.
   *
   * @throws UnknownTableError when there is no such table. The error is not cached, because the table may be created later.
   */
  @cached({ capacity: 128, ttl: 300_000, key: qualified, clock })
  async get(table: string): Promise<Schema> {
    const [namespace, name] = split(table);
    const schema = await readSchema(this.#database, namespace, name);
    if (schema === undefined) throw new UnknownTableError(table);
    return schema;
  }
}

/** The error for a name without a table or view. */
export class UnknownTableError extends Error {
  readonly code = 'UNKNOWN_TABLE';
  override readonly name = 'UnknownTableError';

  constructor(readonly table: string) {
    super(`there is no table or view named ${split(table).join('.')}`);
  }
}

/**
 * The cache key of a table: its qualified name. With two names a table would have two entries, and a delete would miss
 * one.
 */
function qualified(table: string): string {
  return split(table).join('.');
}

/** Splits a name into its namespace, `public` by default, and the name of the table, which may contain dots. */
function split(table: string): [namespace: string, name: string] {
  const dot = table.indexOf('.');
  return dot === -1 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)];
}
