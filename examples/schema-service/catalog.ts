import type { Database } from './database.js';
import type { Schema } from './schema.js';

/** Queries of the catalog: the tables in which PostgreSQL describes all tables, including the catalog itself. */

/** The kinds of relations, as letters in `pg_class.relkind`. */
export const TABLES = ['r', 'p'];
export const TABLES_AND_VIEWS = [...TABLES, 'v', 'm', 'f'];

/** Reads the schema of one table or view. Returns `undefined` if none has exactly that name. */
export async function readSchema(database: Database, namespace: string, name: string): Promise<Schema | undefined> {
  const [schema] = await database.query<Schema>(SCHEMA_OF_TABLE, [namespace, name]);
  return schema;
}

/** Lists the qualified names of the relations in some namespaces, one namespace after the other. */
export async function relationsIn(
  database: Database,
  namespaces: readonly string[],
  kinds: readonly string[],
): Promise<string[]> {
  const rows = await database.query<{ name: string }>(RELATIONS, [namespaces, kinds]);
  return rows.map((row) => row.name);
}

const RELATIONS = `
  SELECT n.nspname || '.' || c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY($1::text[]) AND c.relkind::text = ANY($2::text[])
  ORDER BY array_position($1::text[], n.nspname::text), c.relname`;

// A single statement sees a single snapshot. Two statements could read the columns before an ALTER and the keys after it.
const SCHEMA_OF_TABLE = `
  SELECT
    coalesce((
      SELECT json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'nullable', NOT a.attnotnull,
        'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END
      ) ORDER BY a.attnum)
      FROM pg_attribute a
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ), '[]') AS "columns",
    coalesce((
      SELECT json_agg(a.attname ORDER BY k.position)
      FROM pg_index x
      CROSS JOIN unnest(x.indkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
      WHERE x.indrelid = c.oid AND x.indisprimary AND k.position <= x.indnkeyatts
    ), '[]') AS "primaryKey",
    coalesce((
      SELECT json_agg(json_build_object(
        'name', f.conname,
        'columns', (
          SELECT json_agg(a.attname ORDER BY k.position)
          FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
        ),
        'references', json_build_object(
          'table', rn.nspname || '.' || r.relname,
          'columns', (
            SELECT json_agg(a.attname ORDER BY k.position)
            FROM unnest(f.confkey) WITH ORDINALITY AS k (attnum, position)
            JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum
          )
        )
      ) ORDER BY f.conname)
      FROM pg_constraint f
      JOIN pg_class r ON r.oid = f.confrelid
      JOIN pg_namespace rn ON rn.oid = r.relnamespace
      WHERE f.conrelid = c.oid AND f.contype = 'f'
    ), '[]') AS "foreignKeys",
    coalesce((
      SELECT json_agg(json_build_object(
        'name', i.relname,
        'unique', x.indisunique,
        'columns', (
          SELECT json_agg(pg_get_indexdef(x.indexrelid, k, true) ORDER BY k)
          FROM generate_series(1, x.indnkeyatts::int) AS k
        ),
        'where', pg_get_expr(x.indpred, x.indrelid, true)
      ) ORDER BY i.relname)
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE x.indrelid = c.oid
    ), '[]') AS "indexes"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
