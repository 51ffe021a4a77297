import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { like } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/sql-js';
import { cacheOf } from 'memokit';
import initSqlJs from 'sql.js';
import { Cats, cats as table } from './cats.js';

const { version } = JSON.parse(readFileSync('node_modules/drizzle-orm/package.json', 'utf8'));
const queries: string[] = [];
const { Database } = await initSqlJs();
const db = drizzle(new Database(), { logger: { logQuery: (query) => queries.push(query) } });
db.run('create table cats (id integer primary key, name text not null, born integer not null)');
await db.insert(table).values(['Tom', 'Tim', 'Bob'].map((name, i) => ({ name, born: new Date(i * 1000) })));
const cats = new Cats(db);

/** Calls a function twice, and returns how many queries this has caused. */
async function twice(run: () => PromiseLike<unknown>): Promise<number> {
  const before = queries.length;
  await run();
  await run();
  return queries.length - before;
}

assert.equal(await twice(() => cats.named('Tom')), 1, 'a query as the result');
assert.deepEqual(await cats.named('Tom'), [{ id: 1, name: 'Tom', born: new Date(0) }]);
assert.equal(await twice(() => cats.get(1)), 1);
assert.equal(await twice(() => Promise.all([cats.get(2), cats.get(2)])), 1, 'calls at one time');
assert.equal(await twice(() => cats.like({ name: 'T%', before: new Date(9) })), 1, 'a filter counts by content');
assert.equal(await twice(() => cats.where(like(table.name, 'T%'))), 2, 'a condition counts by identity');
assert.equal(await twice(() => cats.rank(db.select().from(table).get()!)), 3, 'a row counts by content');

await cats.rename(1, 'Ada');
assert.equal((await cats.get(1))?.name, 'Ada', 'a write evicts');
assert.deepEqual(await cats.named('Tom'), []);
assert.ok(cacheOf(cats, 'get').has(2), 'a write leaves what it has not changed');

console.log(`Drizzle ${version} on sql.js: ok, queries, filters and rows hit, a write evicts`);
