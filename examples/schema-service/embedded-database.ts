import { PGlite } from '@electric-sql/pglite';
import type { Database } from './database.js';

/** An embedded database: a whole PostgreSQL inside this process, in memory, gone when it is closed. */
export async function openEmbedded(): Promise<Database> {
  const postgres = await PGlite.create();
  return {
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await postgres.query<Row>(sql, [...params])).rows,
    close: () => postgres.close(),
  };
}
