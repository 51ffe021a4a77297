import { PGlite } from '@electric-sql/pglite';
import type { Database } from './database.js';

/** Opens an embedded database: a complete PostgreSQL in the memory of this process. Closing it discards all data. */
export async function openEmbedded(): Promise<Database> {
  const postgres = await PGlite.create();
  return {
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await postgres.query<Row>(sql, [...params])).rows,
    close: () => postgres.close(),
  };
}
