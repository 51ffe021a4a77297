import { cacheOf } from 'memokit';
import { readSchema, relationsIn, TABLES_AND_VIEWS } from './catalog.js';
import { clock } from './clock.js';
import type { CountingDatabase } from './counting-database.js';
import { check, duration, heading, note, queries } from './report.js';
import { type SchemaService, UnknownTableError } from './service.js';

/** The hazards of a cache. Each function provokes one of them and checks the protection against it. */

/** Stampede: many callers miss at once, and all of them query the database. */
export async function stampede(service: SchemaService, database: CountingDatabase, table: string): Promise<void> {
  heading('A stampede: 200 callers at once, one cold table');
  const callers = Array.from({ length: 200 });
  const [namespace = '', name = ''] = table.split('.');
  const without = await measure(database, () => Promise.all(callers.map(() => readSchema(database, namespace, name))));

  cacheOf(service, 'get').delete(table);
  const within = await measure(database, () => Promise.all(callers.map(() => service.get(table))));

  note(`without the cache ${queries(without.queries)}, ${duration(without.time)}`);
  note(`with the cache ${queries(within.queries)}, ${duration(within.time)}`);
  check(within.queries === 1, `200 callers of ${table} made ${queries(within.queries)}`);
  check(new Set(within.result).size === 1, 'all of them were given the same schema');
}

/** Staleness: the table changes, and the cache still returns the old schema. */
export async function staleness(service: SchemaService, database: CountingDatabase, table: string): Promise<void> {
  heading('A stale value: ALTER TABLE behind the cache');
  const columns = async () => (await service.get(table)).columns.length;
  const before = await columns();
  await database.query(`ALTER TABLE ${table} ADD COLUMN points integer NOT NULL DEFAULT 0`);
  const stale = await columns();
  check(stale === before, `${before} columns; after ADD COLUMN the cache, which nobody told, still says ${stale}`);

  check(cacheOf(service, 'get').delete(table), `cacheOf(service, 'get').delete('${table}') forgets the entry`);
  const fresh = await columns();
  check(fresh === before + 1, `the next get loads again, and says ${fresh}`);

  cacheOf(service, 'get').delete(table);
  const underWay = service.get(table);
  cacheOf(service, 'get').delete(table);
  await underWay;
  check(!cacheOf(service, 'get').has(table), 'a load that began before the delete is not stored after it');
}

/** A cached failure: the cache still returns an error after its cause has gone. */
export async function unknownTable(service: SchemaService, database: CountingDatabase, table: string): Promise<void> {
  heading('A failure: a table that does not exist yet');
  const { size } = cacheOf(service, 'get');
  const attempt = () => service.get(table).catch((error: unknown) => error);
  const { result, queries: made } = await measure(database, async () => [await attempt(), await attempt()]);
  note(String(result[0]));
  const typed = result.every((error) => error instanceof UnknownTableError);
  check(typed, 'get rejects with an UnknownTableError');
  const forgotten = made === 2 && cacheOf(service, 'get').size === size;
  check(forgotten, `the error is not cached: 2 calls made ${queries(made)}`);
  await database.query(`CREATE TABLE ${table} (id int PRIMARY KEY)`);
  check((await service.get(table)).columns.length === 1, 'once the table is created, get finds it');
}

/** Unbounded keys: every new key takes memory, and their number has no limit. */
export async function unboundedKeys(service: SchemaService, database: CountingDatabase, shop: string): Promise<void> {
  heading('Unbounded keys: more tables and views than the cache has room for');
  const cache = cacheOf(service, 'get');
  const relations = await relationsIn(database, [shop, 'pg_catalog', 'information_schema'], TABLES_AND_VIEWS);
  const evicted = cache.stats().evictions.capacity;
  let largest = 0;
  for (const relation of relations) {
    await service.get(relation);
    largest = Math.max(largest, cache.size);
  }
  const gone = cache.stats().evictions.capacity - evicted;
  check(relations.length > cache.capacity, `${relations.length} relations were read, ${cache.capacity} fit`);
  check(
    largest === cache.capacity && gone > 0,
    `the cache never held more than ${largest}: the ${gone} least recently used have made room`,
  );
}

/**
 * Expiry: an entry that nothing invalidates becomes wrong. A stopped clock shows its ttl of 5 minutes without waiting.
 */
export async function expiry(service: SchemaService, database: CountingDatabase, table: string): Promise<void> {
  heading('Expiry: ttl 300,000 ms, under an injected clock');
  clock.stop();
  cacheOf(service, 'get').delete(table);
  const get = () => service.get(table);
  const loaded = await measure(database, get);
  check(loaded.queries === 1, `at       0 ms: a miss, ${queries(loaded.queries)}`);
  clock.advance(299_999);
  const alive = await measure(database, get);
  check(alive.queries === 0 && alive.result === loaded.result, `at 299,999 ms: a hit, ${queries(alive.queries)}`);
  clock.advance(1);
  const expired = await measure(database, get);
  check(expired.queries === 1, `at 300,000 ms: expired, ${queries(expired.queries)}; no hit prolongs a life`);
}

/** Runs an action and counts its queries and milliseconds. */
async function measure<T>(database: CountingDatabase, run: () => Promise<T>) {
  const before = database.queries;
  const start = performance.now();
  const result = await run();
  return { result, queries: database.queries - before, time: performance.now() - start };
}
