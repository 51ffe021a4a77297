import type { Kysely, Selectable } from 'kysely';
import { cached, evicts } from 'memokit';
import type { Schema } from './database.js';

export type Cat = Selectable<Schema['cat']>;

export class Cats {
  constructor(private readonly db: Kysely<Schema>) {}

  @cached({ ttl: 60_000 })
  get(id: number): Promise<Cat | undefined> {
    return this.db.selectFrom('cat').selectAll().where('id', '=', id).executeTakeFirst();
  }

  @cached()
  find(filter: { name?: string; limit: number }): Promise<Cat[]> {
    let query = this.db.selectFrom('cat').selectAll().limit(filter.limit);
    if (filter.name !== undefined) query = query.where('name', 'like', filter.name);
    return query.execute();
  }

  /** A row of node:sqlite is an object without a prototype, and counts by content. */
  @cached()
  async rank(cat: Cat): Promise<number> {
    const count = this.db.fn.countAll<number>().as('count');
    return (await this.db.selectFrom('cat').select(count).where('id', '<=', cat.id).executeTakeFirstOrThrow()).count;
  }

  @evicts<Cats>('find')
  @evicts<Cats>('get', (id) => [id])
  async rename(id: number, name: string): Promise<void> {
    await this.db.updateTable('cat').set({ name }).where('id', '=', id).execute();
  }

  /** Evicts only after the transaction was committed. */
  @evicts<Cats>('find', 'get')
  renameAll(names: readonly string[]): Promise<void> {
    return this.db.transaction().execute(async (transaction) => {
      for (const [at, name] of names.entries()) {
        if (name === '') throw new Error('no name');
        await transaction
          .updateTable('cat')
          .set({ name })
          .where('id', '=', at + 1)
          .execute();
      }
    });
  }
}
