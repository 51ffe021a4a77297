import type { Database } from './database.js';

/** A counting database: another database, and how many queries were sent to it. */
export class CountingDatabase implements Database {
  readonly #database: Database;
  #queries = 0;

  constructor(database: Database) {
    this.#database = database;
  }

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
