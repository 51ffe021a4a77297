import { Random } from '../support/random.js';
import { Ledger } from './ledger.js';
import { sleep } from './source.js';
import { type Workload, workloads } from './workloads.js';

/**
 * The soak: a mixed load for some seconds, then a comparison of all counts. It needs `--expose-gc`, and ends by itself.
 */
const seconds = Number(process.argv[2]);
const seed = Number(process.argv[3]);
/** Actors that call at the same time. */
const ACTORS = 40;
/** Steps of one kind that an actor makes at once. */
const BURST = 10;
/** Megabytes that the heap may grow between the middle third and the last third of the run. */
const GROWTH = 2;

const heaps: number[] = [];
const begun = performance.now();
const passedSeconds = () => (performance.now() - begun) / 1000;
/** How many times the heap is measured at least. A machine that is busy with other things gets more time for it. */
const MEASUREMENTS = 12;
const isOn = () => passedSeconds() < seconds || heaps.length < MEASUREMENTS;
/** The fraction of the run that has passed. */
const share = () => Math.min(1, passedSeconds() / (seconds * 0.97), (heaps.length + 1) / MEASUREMENTS);
const random = new Random(seed);
const ledger = new Ledger();
const all = workloads(share).map((make) => make(ledger, random));
let steps = 0;

// Until everything has been checked.
process.exitCode = 1;

const fault = (kind: string) => (error: unknown) =>
  ledger.check(false, () => `${kind}: ${error instanceof Error ? error.stack : error}`);
process.on('unhandledRejection', fault('an unhandled rejection'));
process.on('uncaughtException', fault('an uncaught error'));
process.on('warning', fault('a warning'));

const asked = () => all.reduce((sum, each) => sum + each.asked, 0);
const count = (number: number) => number.toLocaleString('en');

async function act(): Promise<void> {
  while (isOn()) {
    steps++;
    const workload = random.pick<Workload>(all);
    await Promise.all(Array.from({ length: BURST }, () => workload.step()));
    // Lets timers and other actors run, even if all calls were hits.
    if (steps % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Collects garbage, and reads the size of the heap. */
function measureHeap(): number {
  globalThis.gc!();
  const megabytes = process.memoryUsage().heapUsed / 2 ** 20;
  heaps.push(megabytes);
  return megabytes;
}

async function watch(): Promise<void> {
  const pause = Math.min(1, seconds / 20);
  const lines = Math.min(10, seconds / 2);
  for (let next = lines; isOn(); ) {
    await sleep(pause * 1000);
    const megabytes = measureHeap();
    if (passedSeconds() < next) continue;
    next += lines;
    const at = `${passedSeconds().toFixed(0)} s`.padStart(6);
    console.log(`${at}: ${count(asked())} calls, ${megabytes.toFixed(1)} MB, ${ledger.faultCount} faults`);
  }
}

function checkHeap(): void {
  const third = Math.floor(heaps.length / 3);
  const middle = median(heaps.slice(third, 2 * third));
  const last = median(heaps.slice(2 * third));
  console.log(`heap: ${middle.toFixed(2)} MB in the middle third, ${last.toFixed(2)} MB in the last third`);
  ledger.check(last - middle <= GROWTH, () => `the heap grew by ${(last - middle).toFixed(2)} MB`);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

console.log(`soak: ${seconds} s, seed ${seed}`);
await Promise.all([watch(), ...Array.from({ length: ACTORS }, act)]);
// Loads in the background and callers' timers end.
await sleep(300);
globalThis.gc!();
for (const each of all) {
  try {
    each.finish();
  } catch (error) {
    fault(`${each.name}: the end`)(error);
  }
}
checkHeap();
const left = process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate|Message/.test(kind));
ledger.equal(left.join(), '', 'what would keep the process alive');

for (const each of all) console.log(`${each.name.padEnd(10)} ${count(each.asked).padStart(12)} calls`);
for (const text of ledger.faults) console.log(`fault: ${text}`);
console.log(`${count(ledger.checks)} checks, ${count(ledger.faultCount)} faults, seed ${seed}`);
if (ledger.faultCount === 0) process.exitCode = 0;
