import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { cacheOf } from 'memokit';
import { CountingDatabase } from '../examples/schema-service/counting-database.js';
import type { Database } from '../examples/schema-service/database.js';
import { openServer } from '../examples/schema-service/server-database.js';
import { SchemaService, UnknownTableError } from '../examples/schema-service/service.js';
import { withShop } from '../examples/schema-service/shop.js';
import { freePort } from './support/free-port.js';
import { withPostgres } from './support/postgres-server.js';
import { compiledProgram } from './support/run.js';

/** The embedded PostgreSQL takes seconds to start, more where other tests run beside it. */
jest.setTimeout(120_000);

const ROOT = join(__dirname, '..');

let database: CountingDatabase;

beforeAll(async () => {
  database = new CountingDatabase(await openEmbeddedInChild());
});

afterAll(() => database?.close());

test('a schema holds the columns, the keys and the indexes of its table', () =>
  withShop(database, 'shop', async () => {
    const service = new SchemaService(database);
    expect(await service.get('shop.products')).toEqual({
      columns: [
        { name: 'id', type: 'bigint', nullable: false, default: null },
        { name: 'category_id', type: 'integer', nullable: false, default: null },
        { name: 'supplier_id', type: 'integer', nullable: true, default: null },
        { name: 'title', type: 'text', nullable: false, default: null },
        { name: 'price', type: 'numeric(10,2)', nullable: false, default: null },
        { name: 'attributes', type: 'jsonb', nullable: false, default: "'{}'::jsonb" },
        { name: 'withdrawn_at', type: 'timestamp with time zone', nullable: true, default: null },
      ],
      primaryKey: ['id'],
      foreignKeys: [
        {
          name: 'products_category_id_fkey',
          columns: ['category_id'],
          references: { table: 'shop.categories', columns: ['id'] },
        },
        {
          name: 'products_supplier_id_fkey',
          columns: ['supplier_id'],
          references: { table: 'shop.suppliers', columns: ['id'] },
        },
      ],
      indexes: [
        { name: 'products_attributes', unique: false, columns: ['attributes'], where: null },
        { name: 'products_on_sale', unique: false, columns: ['category_id', 'price'], where: 'withdrawn_at IS NULL' },
        { name: 'products_pkey', unique: true, columns: ['id'], where: null },
      ],
    });
  }));

test('composite keys keep their order, and a generated column has no default', () =>
  withShop(database, 'shop', async () => {
    const service = new SchemaService(database);
    expect((await service.get('shop.product_tags')).primaryKey).toEqual(['tag', 'product_id']);
    expect((await service.get('shop.returns')).foreignKeys).toEqual([
      {
        name: 'returns_order_id_line_fkey',
        columns: ['order_id', 'line'],
        references: { table: 'shop.order_lines', columns: ['order_id', 'line'] },
      },
    ]);
    expect((await service.get('shop.order_lines')).columns).toContainEqual({
      name: 'total',
      type: 'numeric(12,2)',
      nullable: true,
      default: null,
    });
    expect((await service.get('shop.customers')).indexes).toContainEqual({
      name: 'customers_email',
      unique: true,
      columns: ['lower(email::text)'],
      where: null,
    });
  }));

test('a name is taken literally, whatever it holds', () =>
  withShop(database, 'shop', async () => {
    const service = new SchemaService(database);
    const { columns } = await service.get('shop.Audit Log');
    expect(columns.map(({ name }) => name)).toEqual(['at', 'who', 'What was done']);
    for (const name of ['shop.AUDIT LOG', '', '.', "'; DROP TABLE shop.orders --", 'shop."orders"', '1259']) {
      await expect(service.get(name)).rejects.toThrow(UnknownTableError);
    }
    expect((await service.get('shop.orders')).primaryKey).toEqual(['id']);
  }));

test("a table's short name and its qualified one share an entry", async () => {
  await database.query('CREATE TABLE short (id int PRIMARY KEY)');
  const service = new SchemaService(database);
  expect(await service.get('short')).toBe(await service.get('public.short'));
  expect(cacheOf(service, 'get').size).toBe(1);
  expect(cacheOf(service, 'get').delete('short')).toBe(true);
});

test('an unknown table is a typed error, which is not cached', async () => {
  const service = new SchemaService(database);
  const before = database.queries;
  for (let call = 0; call < 2; call++) {
    await expect(service.get('later')).rejects.toMatchObject({
      name: 'UnknownTableError',
      code: 'UNKNOWN_TABLE',
      table: 'later',
      message: 'there is no table or view named public.later',
    });
  }
  expect(database.queries - before).toBe(2);
  expect(cacheOf(service, 'get').size).toBe(0);
  await database.query('CREATE TABLE later (id int)');
  expect((await service.get('later')).columns).toHaveLength(1);
});

test('the shop is dropped when its user fails', async () => {
  const failure = new Error('on purpose');
  await expect(withShop(database, 'shop', () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'shop'")).toEqual([]);
});

test("a namespace that is another's is neither used nor dropped", async () => {
  await database.query('CREATE SCHEMA taken');
  await expect(withShop(database, 'taken', async () => {})).rejects.toThrow('already exists');
  expect(await database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'taken'")).toHaveLength(1);
});

test('on an embedded PostgreSQL the example keeps what it promises', async () => {
  const { code, output, errors } = await runExample({});
  expect(errors).toBe('');
  expect(code).toBe(0);
  expectPromisesKept(output, 'shop');
  expect(output).toMatch(/PostgreSQL \d+.*, embedded/);
});

test('without a server at DATABASE_URL the example says so, not telling the password, and exits with 1', async () => {
  const port = await freePort();
  const { code, output, errors } = await runExample({
    DATABASE_URL: `postgres://user:hunter2@127.0.0.1:${port}/shop`,
  });
  expect(code).toBe(1);
  expect(errors).toContain('the server of DATABASE_URL cannot be reached: connect ECONNREFUSED');
  expect(output + errors).not.toMatch(/hunter2|\sat\s/);
});

test('on the server at DATABASE_URL the example keeps what it promises, and leaves nothing behind', async () => {
  await withPostgres(async (url) => {
    const server = await openServer(url);
    const leftBehind = () => server.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shop%'");
    try {
      const { code, output, errors } = await runExample({ DATABASE_URL: url });
      expect(errors).toBe('');
      expect(code).toBe(0);
      expectPromisesKept(output, /shop_[0-9a-f]{12}/.exec(output)?.[0] ?? 'no shop');
      expect(output).toContain('the server of DATABASE_URL');
      expect(await leftBehind()).toEqual([]);

      const interrupted = await runExample({ DATABASE_URL: url }, 'Every table');
      expect(interrupted.code).toBe(130);
      expect(await leftBehind()).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

/** What the example must print, wherever it runs. */
function expectPromisesKept(output: string, shop: string): void {
  expect(output).not.toContain('✗');
  const rows = [...output.matchAll(/^(\S.*?) +[\d.,]+ [mµ]s +[\d.,]+ [mµ]s +[\d,]+×$/gm)].map(([, name]) => name!);
  expect(new Set(rows).size).toBe(rows.length);
  expect(rows.filter((name) => name.startsWith(`${shop}.`)).length).toBeGreaterThanOrEqual(12);
  expect(rows).toEqual(expect.arrayContaining(['pg_catalog.pg_class', 'pg_catalog.pg_index']));
  expect(output).toContain(`${rows.length} tables: cold `);
  for (const promise of [
    `the cold pass made ${rows.length} queries`,
    'the warm pass made 0 queries',
    `200 callers of ${shop}.orders made 1 query`,
    '5 columns; after ADD COLUMN the cache, which nobody told, still says 5',
    'the next get loads again, and says 6',
    'a load that began before the delete is not stored after it',
    'the error is not cached: 2 calls made 2 queries',
    'the cache never held more than 128',
    'at       0 ms: a miss, 1 query',
    'at 299,999 ms: a hit, 0 queries',
    'at 300,000 ms: expired, 1 query',
  ]) {
    expect(output).toContain(`✓ ${promise}`);
  }
}

/** The example's embedded database, in a process of its own: its dynamic imports do not work inside jest. */
async function openEmbeddedInChild(): Promise<Database> {
  const program = `
    import { openEmbedded } from './examples/schema-service/embedded-database.ts';
    const database = await openEmbedded();
    process.on('message', async ({ id, sql, params }) => {
      try {
        process.send({ id, rows: await database.query(sql, params) });
      } catch (error) {
        process.send({ id, error: error.message });
      }
    });
    process.send('ready');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const answers = new Map<number, (answer: { rows: unknown[]; error?: string }) => void>();
  const [greeting] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (greeting !== 'ready') throw new Error(`the embedded database has ended with exit code ${greeting}`);
  child.on('message', (answer: { id: number; rows: unknown[]; error?: string }) => {
    answers.get(answer.id)?.(answer);
    answers.delete(answer.id);
  });
  let id = 0;
  return {
    query: <Row>(sql: string, params?: readonly unknown[]) =>
      new Promise<Row[]>((resolve, reject) => {
        id++;
        answers.set(id, ({ rows, error }) => (error === undefined ? resolve(rows as Row[]) : reject(new Error(error))));
        child.send({ id, sql, params });
      }),
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Runs the example to its end, or interrupts it when it has printed some words. */
async function runExample(env: Record<string, string>, interruptAt?: string) {
  const { FORCE_COLOR: _, DATABASE_URL: __, ...inherited } = process.env;
  const example = spawn(process.execPath, [compiledProgram('examples/schema-service.ts')], {
    cwd: ROOT,
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  example.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (interruptAt !== undefined && output.includes(interruptAt)) example.kill('SIGINT');
  });
  example.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = (await once(example, 'close')) as [number | null];
  return { code, output, errors };
}
