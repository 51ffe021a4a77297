import { cacheOf } from 'memokit';
import { relationsIn, TABLES } from './catalog.js';
import type { CountingDatabase } from './counting-database.js';
import { check, decimal, duration, heading, note, queries, table } from './report.js';
import type { SchemaService } from './service.js';

/** Measures one `get` of each table, first with a cold cache and then with a warm one. */
export async function coldAndWarm(service: SchemaService, database: CountingDatabase, shop: string): Promise<void> {
  heading('Every table, cold and warm');
  const tables = await relationsIn(database, [shop, 'pg_catalog', 'information_schema'], TABLES);
  const ours = tables.filter((name) => name.startsWith(`${shop}.`)).length;
  const { capacity } = cacheOf(service, 'get');

  const start = database.queries;
  const cold = await timeEach(service, tables);
  const between = database.queries;
  const warm = await timeEach(service, tables);
  const end = database.queries;

  const ratios = tables.map((_, i) => cold[i]! / warm[i]!);
  table(
    ['table', 'cold', 'warm', 'ratio'],
    tables.map((name, i) => [name, duration(cold[i]!), duration(warm[i]!), `${decimal(ratios[i]!)}×`]),
  );
  note(
    `${tables.length} tables: cold ${duration(sum(cold))}, warm ${duration(sum(warm))} in all; ` +
      `a warm get is ${decimal(median(ratios))} times as fast (median)`,
  );
  // A scan of more tables than fit evicts each table just before its next read, so the second pass would load all of
  // them again.
  check(
    tables.length <= capacity,
    `${ours} tables of ours and ${tables.length - ours} of the server, ${tables.length}, fit into a capacity of ${capacity}`,
  );
  check(between - start === tables.length, `the cold pass made ${queries(between - start)}`);
  check(end === between, `the warm pass made ${queries(end - between)}`);
}

async function timeEach(service: SchemaService, tables: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const name of tables) {
    const start = performance.now();
    await service.get(name);
    times.push(performance.now() - start);
  }
  return times;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
