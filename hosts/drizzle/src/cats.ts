import { eq, like, type SQL, sql } from 'drizzle-orm';
import type { SQLJsDatabase } from 'drizzle-orm/sql-js';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { cached, evicts } from 'memokit';

export const cats = sqliteTable('cats', {
  id: integer().primaryKey(),
  name: text().notNull(),
  born: integer({ mode: 'timestamp' }).notNull(),
});
export type Cat = typeof cats.$inferSelect;

export class Cats {
  constructor(private readonly db: SQLJsDatabase) {}

  /** The query is a thenable: memokit awaits it, and caches its rows. */
  @cached({ ttl: 60_000 })
  named(name: string) {
    return this.db.select().from(cats).where(eq(cats.name, name));
  }

  @cached()
  async get(id: number): Promise<Cat | undefined> {
    return this.db.select().from(cats).where(eq(cats.id, id)).get();
  }

  /** A condition is an instance of a class, and counts by identity. */
  @cached()
  async where(condition: SQL): Promise<Cat[]> {
    return this.db.select().from(cats).where(condition).all();
  }

  /** The condition is made inside, from an argument that counts by content. */
  @cached()
  async like(filter: { name: string; before?: Date }): Promise<Cat[]> {
    return this.db.select().from(cats).where(like(cats.name, filter.name)).all();
  }

  /** A row is a plain object, with a `Date` in it, and counts by content. */
  @cached()
  async rank(cat: Cat): Promise<number> {
    return this.db.$count(cats, sql`${cats.id} <= ${cat.id}`);
  }

  /** So is the write: memokit awaits it, and evicts after success. */
  @evicts<Cats>('named', 'like')
  @evicts<Cats>('get', (id) => [id])
  rename(id: number, name: string) {
    return this.db.update(cats).set({ name }).where(eq(cats.id, id));
  }
}
