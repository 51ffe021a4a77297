/**
 * A fleet in simulation: `npm run simulate:fleet -- --seeds 100 --processes 1000 --seed 1`. Each seed is a run of its own; the
 * first is `--seed`. `--trace` prints all that happens, or with a text the lines that contain it. Exits with 1 at a violation.
 */
import { parseArgs } from 'node:util';
import { Protocol } from './protocol.js';
import { Simulation } from './simulation.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    processes: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'string' },
  },
});
const [seeds, processes, first] = [values.seeds, values.processes, values.seed].map(Number) as [number, number, number];
const numbers = [seeds, processes, first];
if (!numbers.every(Number.isInteger) || seeds < 1 || processes < 1) {
  throw new Error('usage: npm run simulate:fleet -- [--seeds n] [--processes n] [--seed n] [--trace text]');
}

const protocol = new Protocol();
const total = { reads: 0, loads: 0, invalidations: 0, faults: 0, violations: 0 };
for (let seed = first; seed < first + seeds; seed++) {
  const trace = (text: string) => void (text.includes(values.trace!) && console.log(text));
  const options = { seed, processes, protocol };
  const simulation = new Simulation(values.trace === undefined ? options : { ...options, trace });
  const start = performance.now();
  const outcome = await simulation.run();
  const { reads, hits, loads, invalidations, delivered, faults, longestStale, violations } = outcome;
  total.reads += reads;
  total.loads += loads;
  total.invalidations += invalidations;
  total.faults += faults;
  total.violations += violations.length;
  const took = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `seed ${seed}: ${reads} reads (${hits} of what was there), ${loads} loads, ${invalidations} invalidations (${delivered} delivered), ` +
      `${faults} faults, ${violations.length} violations; longest stale ${Math.round(longestStale)} ms; ${took} s`,
  );
  for (const text of violations.slice(0, 5)) console.log(`  ${text}`);
}
const { reads, loads, invalidations, faults, violations } = total;
console.log(
  `${seeds} seeds of ${processes} processes: ${reads} reads, ${loads} loads, ${invalidations} invalidations, ` +
    `${faults} faults, ${violations} violations`,
);
if (violations > 0) {
  console.log(
    `again: npm run simulate:fleet -- --processes ${processes} --seed <the seed of a line with violations> --seeds 1`,
  );
  process.exitCode = 1;
}
