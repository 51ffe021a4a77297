import { Pool } from 'pg';
import { type Database, UnreachableError } from './database.js';

/**
 * Opens a PostgreSQL server by its URL, through a pool of connections.
 *
 * @throws UnreachableError when no server accepts the connection.
 */
export async function openServer(url: string): Promise<Database> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // Without a listener, a broken idle connection would end the process. The next query fails anyway, and its caller
  // gets the error.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (cause) {
    await pool.end();
    // The message leaves out the URL, because the URL may contain a password.
    throw new UnreachableError(`the server of DATABASE_URL cannot be reached: ${reasonOf(cause)}`, { cause });
  }
  return {
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await pool.query(sql, [...params])).rows as Row[],
    close: () => pool.end(),
  };
}

/** The reason of a connection failure. A host with several addresses fails with an AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
