import { setTimeout as sleep } from 'node:timers/promises';
import { check, fail, heading, note } from './schema-service/report.js';
import { showCrowd, showTraces } from './tasks/scenes.js';
import { showLoad } from './tasks/short-load.js';
import { Stage } from './tasks/stage.js';

/**
 * An example: a service of tasks whose caches can be seen. It starts an instance of the service, with a PostgreSQL inside
 * unless DATABASE_URL names a server, and a collector of OpenTelemetry. It asks the service for tasks and draws the traces,
 * puts it under a short load, and ends it. It fails unless all that it says is so. `tasks/main.ts` is the service alone.
 *
 *     npx tsx examples/tasks.ts
 */
async function main(): Promise<void> {
  const stage = await Stage.set({ DATABASE_LATENCY: `${LATENCY}` });
  let code: number | null = null;
  try {
    note(`the service listens on ${stage.instance.url}, and a query takes ${LATENCY} ms`);
    await showTraces(stage);
    await showCrowd(stage);
    await showLoad(stage);

    heading('SIGTERM, with 50 requests under way');
    const writes = Array.from({ length: 50 }, (_, n) => ({
      path: '/tasks',
      method: 'POST' as const,
      user: `user ${n}`,
      body: { title: 'the last', isDone: false },
    }));
    await stage.connect(writes.length);
    const asked = writes.map((write) => stage.ask(write));
    await sleep(LATENCY);
    code = await stage.instance.end();
    const answers = await Promise.all(asked);
    check(
      answers.every(({ status }) => status === 201),
      'all are answered',
    );
    check((await stage.treesOf(answers)).length === 50, 'the collector has all their spans');
  } finally {
    code = await stage.clear();
  }
  check(code === 0, 'the service has ended by itself');
}

/** The database may be in the process of the service, so it gets the time that a network takes. */
const LATENCY = 25;

process.stdout.on('error', () => {});

try {
  await main();
} catch (error) {
  fail(error);
}
