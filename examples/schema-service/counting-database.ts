import type { Database } from './database.js';

/** A database that passes its queries to another database and counts them. */
export class CountingDatabase implements Database {
  readonly #database: Database;
  #queries = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of queries so far. */
  get queries(): number {
    return this.#queries;
  }

  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    this.#queries++;
    return this.#database.query<Row>(sql, params);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
