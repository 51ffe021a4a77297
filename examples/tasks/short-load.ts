import { setTimeout as sleep } from 'node:timers/promises';
import { check, decimal, heading, note, table } from '../schema-service/report.js';
import type { Answer } from './client.js';
import { getsOf } from './gets.js';
import type { Stage } from './stage.js';

const CLIENTS = 10;
const SECONDS = 2;
const WRITES = 0.03;
const TASKS = 50;
/** The length of a row of the timeline. */
const ROW_MS = 250;

/** One request, as the timeline counts it. */
interface Counted extends Answer {
  readonly at: number;
}

/** Reads and writes tasks for two seconds, and prints what the caches have come to in each quarter of a second. */
export async function showLoad(stage: Stage): Promise<void> {
  heading(
    `${CLIENTS} clients for ${SECONDS} s: some tasks are read often, and ${decimal(WRITES * 100)} % of the requests write`,
  );
  const before = await gets(stage);
  const start = performance.now();
  const reads: Counted[] = [];
  const client = async () => {
    while (performance.now() - start < SECONDS * 1000) {
      // Small numbers come up more often.
      const id = 1 + Math.floor(TASKS * Math.random() ** 3);
      if (Math.random() < WRITES) {
        const body = { title: `Task ${id}`, isDone: Math.random() < 0.5 };
        await stage.ask({ path: `/tasks/${id}`, method: 'PUT', user: `user ${id % 10}`, body });
      } else {
        const answer = await stage.ask({ path: `/tasks/${id}` });
        reads.push({ ...answer, at: performance.now() - start });
      }
      await sleep(10);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  timeline(reads);
  const after = await gets(stage);
  const [hits, all] = [after.hits - before.hits, after.all - before.all];
  note(`/metrics: ${decimal(hits)} hits of ${decimal(all)} gets, ${ratio(hits, all)}`);
  // A write reads the task first, to see whose it is; that is a get too, of which its answer says nothing.
  check(
    all >= reads.length && hits >= countOf(reads, HIT),
    'the counts of /metrics hold all that the answers have told',
  );
}

const gets = async (stage: Stage) => getsOf((await stage.ask({ path: '/metrics' })).body, 'TaskRepository.find');

const HIT = /; hit/;
const JOINED = /; collapsed/;
const MISS = /; fwd=miss; stored/;

function timeline(reads: readonly Counted[]): void {
  const rows = Array.from({ length: (SECONDS * 1000) / ROW_MS }, (_, row) => {
    const some = reads.filter(({ at }) => Math.floor(at / ROW_MS) === row);
    const [hits, joined, loads] = [HIT, JOINED, MISS].map((outcome) => countOf(some, outcome)) as [
      number,
      number,
      number,
    ];
    const bar = '█'.repeat(Math.round((hits / (some.length || 1)) * 20));
    return [`${decimal((row * ROW_MS) / 1000, 2)} s  ${bar}`, ...[some.length, hits, joined, loads].map(String)];
  });
  table(['from  hits of reads', 'reads', 'hits', 'joined', 'loads'], rows);
}

function countOf(answers: readonly Answer[], outcome: RegExp): number {
  return answers.filter(({ cacheStatus }) => cacheStatus !== undefined && outcome.test(cacheStatus)).length;
}

function ratio(part: number, all: number): string {
  return `${decimal((100 * part) / (all || 1), 1)} %`;
}
