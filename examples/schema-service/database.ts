/** A database: something that answers SQL with rows. Positional parameters are written $1, $2, … */
export interface Database {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** No database answers where one was expected. */
export class UnreachableError extends Error {
  readonly code = 'DATABASE_UNREACHABLE';
  override readonly name = 'UnreachableError';
}
