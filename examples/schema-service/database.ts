/** A database that answers SQL queries with rows. A query refers to its positional parameters as $1, $2, … */
export interface Database {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** The error for a database that cannot be reached. */
export class UnreachableError extends Error {
  readonly code = 'DATABASE_UNREACHABLE';
  override readonly name = 'UnreachableError';
}
