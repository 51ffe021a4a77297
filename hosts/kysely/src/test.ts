import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cacheOf } from 'memokit';
import { Cats } from './cats.js';
import { open, queries } from './database.js';

const { version } = JSON.parse(readFileSync('node_modules/kysely/package.json', 'utf8'));
const db = open();
await db.schema
  .createTable('cat')
  .addColumn('id', 'integer', (column) => column.primaryKey())
  .addColumn('name', 'text', (column) => column.notNull())
  .execute();
await db
  .insertInto('cat')
  .values(['Tom', 'Tim', 'Bob'].map((name) => ({ name })))
  .execute();
const cats = new Cats(db);

/** Calls a function twice, and returns how many queries this has caused. */
async function twice(run: () => Promise<unknown>): Promise<number> {
  const before = queries.length;
  await run();
  await run();
  return queries.length - before;
}
const row = (id: number) => db.selectFrom('cat').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

assert.equal(await twice(() => cats.get(1)), 1);
assert.equal(await twice(() => Promise.all([cats.get(2), cats.get(2)])), 1, 'calls at one time');
assert.equal(await twice(() => cats.find({ name: 'T%', limit: 10 })), 1, 'a filter counts by content');
assert.equal(await twice(() => cats.find({ limit: 10 })), 1);
const [one, same] = [await row(2), await row(2)];
assert.equal(await cats.rank(one), 2);
assert.ok(cacheOf(cats, 'rank').has(same), 'a row counts by content');

await cats.rename(1, 'Ada');
assert.equal((await cats.get(1))?.name, 'Ada', 'a write evicts');
assert.ok(cacheOf(cats, 'get').has(2), 'a write leaves what it has not changed');
assert.deepEqual(
  (await cats.find({ limit: 10 })).map(({ name }) => name),
  ['Ada', 'Tim', 'Bob'],
);

await assert.rejects(cats.renameAll(['Eve', '']));
assert.ok(cacheOf(cats, 'get').has(1), 'a transaction that was rolled back evicts nothing');
assert.equal((await row(1)).name, 'Ada');
await cats.renameAll(['Eve', 'Kim']);
assert.deepEqual([(await cats.get(1))?.name, (await cats.get(2))?.name], ['Eve', 'Kim'], 'a transaction evicts');
await db.destroy();

console.log(
  `Kysely ${version} on the SQLite of Node ${process.versions.node}: ok, queries, filters and rows hit, writes and transactions evict`,
);
