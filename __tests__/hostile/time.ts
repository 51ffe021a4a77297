import { MODES, type Mode } from './modes.js';
import type { Shape } from './shapes.js';

/** How many times longer than the plain cache memokit takes for one shape in one mode. */
export interface TimeRatio {
  readonly mode: string;
  /** The most that a ratio may be. */
  readonly most: number;
  /** The ratio for each size. A size for which memokit took too long is the last one. */
  readonly ratios: readonly number[];
  /** The milliseconds of processor time that memokit took for the last size. */
  readonly took: number;
  readonly error?: string;
}

/** What the size of a shape is multiplied by, and how many samples are taken. */
const SAMPLES = new Map([
  [1, 5],
  [2, 3],
  [4, 3],
  [8, 5],
]);
/** Milliseconds after which no more samples of one size are taken, and no larger size is measured. */
const PATIENCE = 300;
/** Milliseconds after which one mode is given up, with the sizes that have been measured. */
const MOST = 4000;

export async function timeRatios(shape: Shape, seed: number): Promise<TimeRatio[]> {
  const results: TimeRatio[] = [];
  for (const mode of MODES) results.push(await timeRatio(shape, mode, seed));
  return results;
}

async function timeRatio(shape: Shape, mode: Mode, seed: number): Promise<TimeRatio> {
  const ratios: number[] = [];
  const most = Math.max(mode.most, shape.most ?? 0);
  let took = 0;
  const begun = process.cpuUsage();
  try {
    // The engine compiles both sides first.
    for (let round = 0; round < 2; round++) await sample(shape, mode, shape.size, seed);
    for (const [factor, samples] of SAMPLES) {
      const ours: number[] = [];
      const plain: number[] = [];
      for (let spent = 0; ours.length < samples && spent < PATIENCE; ) {
        const times = await sample(shape, mode, shape.size * factor, seed);
        ours.push(times.ours);
        plain.push(times.plain);
        spent += times.ours + times.plain;
      }
      took = median(ours);
      ratios.push(took / median(plain));
      if (took > PATIENCE || millisecondsSince(begun) > MOST) break;
    }
    return { mode: mode.name, most, ratios, took };
  } catch (error) {
    return { mode: mode.name, most, ratios, took, error: String(error) };
  }
}

/** Measures both sides once, one right after the other. */
async function sample(shape: Shape, mode: Mode, size: number, seed: number): Promise<{ ours: number; plain: number }> {
  const calls = () => shape.calls(size, seed);
  const equivalent = () => (shape.equivalent ?? shape.calls)(size, seed);
  const args = calls();
  const equivalentArgs = equivalent();
  const ours = await milliseconds(mode.ours(args.length, calls), args);
  const plain = await milliseconds(mode.plain(args.length, equivalent), equivalentArgs);
  return { ours, plain };
}

/** Measures the time of the processor, so that other programs on the machine do not matter. */
async function milliseconds(run: (calls: unknown[][]) => unknown, calls: unknown[][]): Promise<number> {
  // A full collection would throw away machine code, and the calls would be measured while they are compiled.
  globalThis.gc?.({ type: 'minor' });
  const before = process.cpuUsage();
  await run(calls);
  return millisecondsSince(before);
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
