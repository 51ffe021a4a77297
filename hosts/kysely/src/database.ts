import { DatabaseSync } from 'node:sqlite';
import { type Generated, Kysely, SqliteDialect } from 'kysely';

interface CatTable {
  id: Generated<number>;
  name: string;
}
export interface Schema {
  cat: CatTable;
}

/** Each query that was sent to the database. */
export const queries: string[] = [];

/** Kysely on the database that comes with Node. */
export function open(): Kysely<Schema> {
  const sqlite = new DatabaseSync(':memory:');
  const database = {
    close: () => sqlite.close(),
    prepare(text: string) {
      const statement = sqlite.prepare(text);
      const of = (values: readonly unknown[]) => values as (string | number)[];
      return {
        reader: statement.columns().length > 0,
        all: (values: readonly unknown[]) => statement.all(...of(values)),
        run: (values: readonly unknown[]) => statement.run(...of(values)),
        iterate: (values: readonly unknown[]) => statement.iterate(...of(values)),
      };
    },
  };
  return new Kysely<Schema>({
    dialect: new SqliteDialect({ database }),
    log: (event) => {
      queries.push(event.query.sql);
    },
  });
}
