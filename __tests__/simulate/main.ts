/**
 * A fleet in simulation: `npm run simulate:fleet -- --seeds 100 --processes 1000 --seed 1 --workers 2`. Each seed is a run of its
 * own; the first is `--seed`. `--trace` prints all that happens, or with a text the lines that contain it. SIGINT ends it with
 * the sums of the seeds that have run. Exits with 1 at a violation.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { Done, Job } from './worker.js';

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      processes: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: `${availableParallelism()}` },
      trace: { type: 'string' },
    },
  });
  const { seeds, processes, seed: first, workers, trace } = values;
  const numbers = [seeds, processes, first, workers].map(Number) as [number, number, number, number];
  if (!numbers.every(Number.isInteger) || numbers[0] < 1 || numbers[1] < 1 || numbers[3] < 1) {
    throw new Error(
      'usage: npm run simulate:fleet -- [--seeds n] [--processes n] [--seed n] [--workers n] [--trace text]',
    );
  }
  const jobs = Array.from({ length: numbers[0] }, (_, index) => ({
    seed: numbers[2] + index,
    processes: numbers[1],
    trace,
  }));
  const done: Done[] = [];
  let printed = 0;
  process.once('SIGINT', () => {
    if (printed > 0) summarize(done.slice(0, printed), numbers[1]);
    process.exit();
  });
  await runAll(jobs, Math.min(numbers[3], jobs.length), (each) => {
    done[each.seed - numbers[2]] = each;
    for (; done[printed] !== undefined; printed++) print(done[printed]!);
  });
  summarize(done, numbers[1]);
}

/** Has workers run all seeds, and passes on each outcome when it is there. */
function runAll(jobs: Job[], workers: number, onDone: (done: Done) => void): Promise<unknown> {
  let next = 0;
  const { outputFiles } = buildSync({
    entryPoints: ['__tests__/simulate/worker.ts'],
    external: ['esbuild'],
    bundle: true,
    write: false,
    platform: 'node',
  });
  const code = outputFiles[0]!.text;
  const all = Array.from({ length: workers }, () => {
    return new Promise<void>((resolve, reject) => {
      // A simulation makes much that lives for a short while.
      const worker = new Worker(code, { eval: true, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 128 } });
      const go = () => worker.postMessage(jobs[next++]);
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      worker.on('message', (done: Done) => {
        onDone(done);
        go();
      });
      go();
    });
  });
  return Promise.all(all);
}

function print({ seed, seconds, outcome }: Done): void {
  const { reads, hits, loads, leases, leased, invalidations, delivered, faults, longestStale, violations } = outcome;
  console.log(
    `seed ${seed}: ${seconds.toFixed(1)} s for ${(outcome.time / 1000).toFixed(1)} s of virtual time; ` +
      `${reads} reads (${hits} of what was there), ${loads} loads (${leased} under ${leases} leases), ` +
      `${invalidations} invalidations (${delivered} delivered), ${sum(Object.values(faults))} faults, ` +
      `${violations.length} violations; longest stale ${Math.round(longestStale)} ms; digest ${outcome.digest}`,
  );
  for (const text of violations.slice(0, 5)) console.log(`  ${text}`);
}

function summarize(done: readonly Done[], processes: number): void {
  const outcomes = done.map(({ outcome }) => outcome);
  const total = (key: 'reads' | 'loads' | 'leases' | 'leased' | 'invalidations' | 'time') =>
    sum(outcomes.map((each) => each[key]));
  const faults = new Map<string, number>();
  for (const each of outcomes)
    for (const [kind, count] of Object.entries(each.faults)) faults.set(kind, (faults.get(kind) ?? 0) + count);
  const kinds = [...faults].sort().map(([kind, count]) => `${kind} ${count}`);
  const digest = createHash('sha256')
    .update(outcomes.map((each) => each.digest).join())
    .digest('hex')
    .slice(0, 16);
  const violations = sum(outcomes.map((each) => each.violations.length));
  console.log(`faults made: ${kinds.join(', ')}`);
  console.log(
    `${done.length} seeds of ${processes} processes, ${Math.round(total('time') / done.length / 1000)} s of virtual time each: ` +
      `${total('reads')} reads, ${total('loads')} loads (${total('leased')} under ${total('leases')} leases), ` +
      `${total('invalidations')} invalidations, ${sum([...faults.values()])} faults; digest ${digest}; ${violations} violations`,
  );
  if (violations === 0) return;
  console.log(
    `again: npm run simulate:fleet -- --processes ${processes} --seed <the seed of a line with violations> --seeds 1`,
  );
  process.exitCode = 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((before, each) => before + each, 0);
}
