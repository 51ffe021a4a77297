import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cacheOf } from 'memokit';
import { DataSource, Like } from 'typeorm';
import { Cat } from './cat.entity';
import { Cats } from './cats';

const { version } = JSON.parse(readFileSync('node_modules/typeorm/package.json', 'utf8'));

/** Calls a function, and returns how many queries it has caused. */
async function queriesOf(run: () => Promise<unknown>): Promise<number> {
  const before = queries.length;
  await run();
  return queries.length - before;
}
const queries: string[] = [];
const twice = (run: () => Promise<unknown>) => queriesOf(async () => [await run(), await run()]);

async function main(): Promise<void> {
  const ignore = () => {};
  const source = new DataSource({
    type: 'sqljs',
    entities: [Cat],
    synchronize: true,
    logging: ['query'],
    logger: {
      logQuery: (query) => queries.push(query),
      logQueryError: ignore,
      logQuerySlow: ignore,
      logSchemaBuild: ignore,
      logMigration: ignore,
      log: ignore,
    },
  });
  await source.initialize();
  try {
    const cats = new Cats(source.getRepository(Cat));
    const tom = await cats.save({ name: 'Tom' });
    await cats.save({ name: 'Tim' });

    // Finders.
    assert.equal(await twice(() => cats.findById(1)), 1, 'findById');
    assert.equal(await twice(() => cats.findBy({ name: 'Tom' })), 1, 'plain conditions');
    assert.equal(await twice(() => cats.findBy({ name: Like('T%') })), 2, 'an operator counts by identity');
    assert.equal(await twice(() => cats.findNamedLike('T%')), 1, 'a pattern');
    assert.equal(await twice(() => cats.count()), 1, 'a query builder');
    assert.equal(await queriesOf(() => Promise.all([cats.findById(2), cats.findById(2)])), 1, 'calls at one time');
    const found = await cats.findById(1);
    assert.ok(found instanceof Cat);
    assert.equal(await cats.findById(1), found, 'callers share an entity');

    // Entities as arguments.
    const load = () => source.getRepository(Cat).findOneByOrFail({ id: 1 });
    const [one, other] = [await load(), await load()];
    assert.equal(
      await queriesOf(async () => [await cats.rank(one), await cats.rank(other)]),
      1,
      'an entity with `key`',
    );
    await cats.rankByIdentity(one);
    assert.ok(cacheOf(cats, 'rankByIdentity').has(one));
    assert.ok(!cacheOf(cats, 'rankByIdentity').has(other), 'without `key`, an entity counts by identity');

    // Writes.
    tom.name = 'Ada';
    await cats.save(tom);
    assert.equal((await cats.findById(1))?.name, 'Ada', 'save evicts');
    assert.deepEqual(await cats.findBy({ name: 'Tom' }), []);
    assert.equal(await twice(() => cats.findById(2)), 0, 'save leaves what it has not changed');
    assert.equal(await cats.count(), 2);
    await cats.delete(2);
    assert.deepEqual([await cats.findById(2), await cats.count()], [null, 1], 'delete evicts');
    await source.getRepository(Cat).update(1, { name: 'Eve' });
    assert.equal((await cats.findById(1))?.name, 'Ada', 'a write around the repository evicts nothing');
    cacheOf(cats, 'findById').delete(1);
    assert.equal((await cats.findById(1))?.name, 'Eve');

    console.log(
      `TypeORM ${version} on sql.js: ok, finders, query builders and entities (with \`key\`) hit, save and delete evict`,
    );
  } finally {
    await source.destroy();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
