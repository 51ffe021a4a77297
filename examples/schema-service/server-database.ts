import { Pool } from 'pg';
import { type Database, UnreachableError } from './database.js';

/**
 * A server database: a PostgreSQL at the other end of a URL, through a pool of connections.
 *
 * @throws UnreachableError when no server lets us in.
 */
export async function openServer(url: string): Promise<Database> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // An idle connection that breaks would end the process; the next query fails anyway, and tells whom it concerns.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (cause) {
    await pool.end();
    // The URL itself may hold a password, and is not shown.
    throw new UnreachableError(`the server of DATABASE_URL cannot be reached: ${reasonOf(cause)}`, { cause });
  }
  return {
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await pool.query(sql, [...params])).rows as Row[],
    close: () => pool.end(),
  };
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
