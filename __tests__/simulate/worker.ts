import { parentPort } from 'node:worker_threads';
import { Protocol } from './protocol.js';
import { type Outcome, Simulation } from './simulation.js';

/** What a worker of `main.ts` is told, and what it tells. */
export interface Job {
  readonly seed: number;
  readonly processes: number;
  readonly trace: string | undefined;
}
export interface Done {
  readonly seed: number;
  readonly seconds: number;
  readonly outcome: Outcome;
}

const protocol = new Protocol();
const port = parentPort!;

/** Runs the seeds that it is told, one by one, until it is told none. */
port.on('message', (job: Job | undefined) => {
  if (job === undefined) return port.close();
  const { seed, processes, trace } = job;
  const start = performance.now();
  const options = { seed, processes, protocol };
  const print = (text: string) => void (text.includes(trace!) && console.log(text));
  const outcome = new Simulation(trace === undefined ? options : { ...options, trace: print }).run();
  port.postMessage({ seed, seconds: (performance.now() - start) / 1000, outcome } satisfies Done);
});
