import { setTimeout as sleep } from 'node:timers/promises';
import { startTelemetry } from './telemetry.js';

/**
 * One instance of the service of tasks. It says where it listens, and ends cleanly at SIGTERM and SIGINT.
 *
 *     PORT=3000 npx tsx examples/tasks/main.ts
 */
const stopTelemetry = startTelemetry();
const { openDatabase } = await import('./database.js');
const { TaskService } = await import('./service.js');
const { closeStore } = await import('./store.js');

const { PORT = '3000', HOST = '127.0.0.1', ENDING_MS = '100', DATABASE_URL, DATABASE_LATENCY = '0' } = process.env;

const database = await openDatabase(DATABASE_URL, Number(DATABASE_LATENCY));
const service = new TaskService(database);
console.log(`listening on ${await service.app.listen({ host: HOST, port: Number(PORT) })}`);

/** Answers what is under way, and what comes until the load balancer knows; then gives back what it has, in turn. */
async function end(): Promise<void> {
  service.isEnding = true;
  await sleep(Number(ENDING_MS));
  await service.app.close();
  await closeStore();
  await database.close();
  await stopTelemetry();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
