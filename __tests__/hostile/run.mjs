/**
 * Hostile arguments: `npm run test:hostile`, and a part of `npm run test:long`. Measures what arguments of every shape cost
 * memokit, in time and memory, beside a Map with texts of `JSON.stringify` as keys. Each shape is measured in a process of
 * its own. What stands behind the command selects shapes by their names, or one part: `npm run test:hostile -- Maps`,
 * `npm run test:hostile -- --part memory`. The parts are `time`, `memory` and `pollution`. `--seed` sets the seed.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { buildIfNeeded, withProgram } from '../support/built.mjs';

/** The most memory that memokit may take, as a multiple of what the plain cache takes. */
const BUDGET = 1.3;
/**
 * The most by which the ratio of times may grow at each of the last two doublings of the size. The ratio of a time that
 * grows with the square is doubled. One step, where memokit or the plain cache changes its way, is no growth.
 */
const GROWTH = 1.6;
/** A ratio up to which growth does not count. */
const UNSUSPICIOUS = 3;
/** Bytes that memokit may hold beside its keys. */
const SLACK = 2 ** 19;
/** Bytes that tags may hold which were invalidated while nothing had them. */
const TAGS = 8 * 2 ** 20;
/** Processes at a time. The time of the processor is measured, so that they do not disturb each other. */
const PROCESSES = Math.min(2, availableParallelism());
/** Milliseconds after which a process is ended. */
const PATIENCE = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, part: { type: 'string' } },
});
const seed = Number(values.seed ?? (process.env.TEST_LONG === undefined ? 20_261_130 : Date.now() % 1e9));
const parts = values.part === undefined ? ['time', 'memory', 'pollution'] : [values.part];
const isWanted = (part, name) =>
  parts.includes(part) && (positionals.length === 0 || positionals.some((text) => name.includes(text)));

const wanted = (part, names) => names.filter((name) => isWanted(part, name));
const SIDES = ['ours', 'plain'];

let passed = 0;
let failed = 0;
/** The number of running processes, and what begins the next ones. */
let processes = 0;
const waiting = [];

/** Counts a check, and returns the text of its result. */
function check(isGood, text) {
  if (isGood) passed++;
  else failed++;
  return isGood ? text : `${text}!`;
}

const row = (name, cells) => console.log(name.padEnd(42), cells.map((cell) => cell.padStart(11)).join(''));
const ratioOf = (number) => (number < 100 ? number.toFixed(number < 10 ? 2 : 1) : number.toFixed(0));
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

buildIfNeeded();
await withProgram('__tests__/hostile/program.ts', async (program) => {
  const { time, memory, fillings, pollution } = await run(program, 'list');
  console.log(`seed ${seed}. "!" marks what is over its budget.`);

  console.log('\ntime, as a multiple of JSON.stringify + Map; the worst of four sizes');
  row('', ['hit', 'miss', 'signal', 'in flight', 'many', 'growth']);
  for (const [name, running] of begin(wanted('time', time), (each) => run(program, 'time', each, seed))) {
    try {
      const results = await running;
      const cells = results.map((result) =>
        check(isInTime(result), result.error ? 'error' : ratioOf(Math.max(...result.ratios))),
      );
      row(name, [...cells, ratioOf(Math.max(...results.map(growthOf)))]);
      for (const { mode, error } of results) if (error !== undefined) console.log(`    ${mode}: ${error}`);
    } catch (error) {
      row(name, [check(false, error.message)]);
    }
  }

  console.log(`\nmemory, as a multiple of JSON.stringify + Map; at most ${BUDGET}`);
  row('', ['results', 'failures', 'churn', 'MB, plain']);
  const pairs = (name) =>
    Promise.allSettled(fillings.map((filling) => Promise.all(SIDES.map((side) => run(program, side, name, filling)))));
  for (const [name, running] of begin(wanted('memory', memory), pairs)) {
    const results = await running;
    const cells = results.map(({ value, reason }) => {
      if (value === undefined) return check(false, reason.message);
      const [ours, plain] = value;
      return check(ours <= plain * BUDGET + SLACK, ratioOf(ours / Math.max(plain, SLACK)));
    });
    row(name, [...cells, megabytes(results[0].value?.[1] ?? 0)]);
  }
  if (isWanted('memory', 'invalidated tags')) {
    const held = await run(program, 'tags');
    row('invalidated tags that nothing has', [check(held <= TAGS, `${megabytes(held)} MB`)]);
  }

  console.log('\nObject.prototype polluted by a name, before functions are defined and after');
  const polluted = (name) => run(program, 'pollution', name).catch((error) => [error.message]);
  for (const [name, running] of begin(wanted('pollution', pollution), polluted)) {
    const differences = await running;
    row(name, [check(differences.length === 0, differences.length === 0 ? 'the same' : 'differs')]);
    if (differences.length > 0) console.log(`    ${differences[0].slice(0, 400)}`);
  }
});

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** The smaller one of the growths at the last two doublings. */
function growthOf({ ratios }) {
  const [before, middle, last] = ratios.slice(-3);
  return last === undefined ? 1 : Math.min(middle / before, last / middle);
}

function isInTime({ ratios, most, error }) {
  if (error !== undefined) return false;
  const worst = Math.max(...ratios);
  return worst <= most && (worst <= UNSUSPICIOUS || growthOf({ ratios }) <= GROWTH);
}

/** Begins a task for each name, and returns the names with the promises of the tasks. */
function begin(names, task) {
  return names.map((name) => {
    const running = task(name);
    // A failure is told when its turn to be printed has come.
    running.catch(() => {});
    return [name, running];
  });
}

/** Runs a part of the program as soon as a process is free, and returns what it prints. */
async function run(program, ...args) {
  if (processes === PROCESSES) await new Promise((resolve) => waiting.push(resolve));
  else processes++;
  try {
    return await runNow(program, args);
  } finally {
    const next = waiting.shift();
    if (next === undefined) processes--;
    else next();
  }
}

function runNow(program, args) {
  return new Promise((resolve, reject) => {
    // Threads of the garbage collector would wait for one another on a busy machine, and that would count as time.
    const flags = ['--expose-gc', '--single-threaded-gc'];
    const child = spawn(process.execPath, [...flags, program, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve(JSON.parse(out));
      else reject(new Error(signal ? `ended by ${signal}` : (/^\w*Error.*$/m.exec(err)?.[0] ?? `exit code ${status}`)));
    });
  });
}
