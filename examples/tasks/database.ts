import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Database } from '../schema-service/database.js';

/**
 * Opens the server of a URL or, without one, a PostgreSQL in this process. Makes the table of tasks if it is not there.
 *
 * @param latency The milliseconds that each query takes longer. A database in this process has no network before it.
 */
export async function openDatabase(url: string | undefined, latency: number): Promise<Database> {
  const database = await open(url);
  await database.query(SETUP);
  return traced(latency > 0 ? distant(database, latency) : database);
}

/** Imports only the driver that is needed, as each takes its time. */
async function open(url: string | undefined): Promise<Database> {
  if (url) return (await import('../schema-service/server-database.js')).openServer(url);
  return (await import('../schema-service/embedded-database.js')).openEmbedded();
}

/** Puts a network before a database that has none. */
function distant(database: Database, latency: number): Database {
  return {
    query: async <Row>(sql: string, params?: readonly unknown[]) => {
      await sleep(latency);
      return database.query<Row>(sql, params);
    },
    close: () => database.close(),
  };
}

/** Makes a span of each query. PGlite has no instrumentation of its own; for `pg` alone, there is a package. */
function traced(database: Database): Database {
  const tracer = trace.getTracer('tasks');
  return {
    query: <Row>(sql: string, params?: readonly unknown[]) => {
      const attributes = { 'db.system.name': 'postgresql', 'db.query.text': sql };
      return tracer.startActiveSpan('db.query', { kind: SpanKind.CLIENT, attributes }, async (span) => {
        try {
          return await database.query<Row>(sql, params);
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    close: () => database.close(),
  };
}

/** One statement, as several instances may start at once: the lock makes the others wait for the first. */
const SETUP = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(19);
  CREATE TABLE IF NOT EXISTS tasks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    owner text NOT NULL,
    is_done boolean NOT NULL DEFAULT false
  );
  IF NOT EXISTS (SELECT FROM tasks) THEN
    INSERT INTO tasks (title, owner) SELECT 'Task ' || n, 'user ' || n % 10 FROM generate_series(1, 50) AS n;
  END IF;
END $$`;
