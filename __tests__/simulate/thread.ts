import { createHash } from 'node:crypto';
import type { Evaluation, Program, Protocol } from './protocol.js';
import type { VirtualProcess } from './virtual-process.js';
import type { Task, VirtualTime } from './virtual-time.js';

/** A timer of a virtual process. */
interface Timer {
  run: (() => void) | undefined;
  task?: Task;
  unref(): Timer;
}

/**
 * The thread on which virtual processes take turns. They run the same compiled code, and the thread exchanges the variables of
 * memokit's modules between their turns. Or each has an evaluation of the code to itself, which takes several times as long.
 */
export class Thread {
  readonly #protocol: Protocol;
  readonly #time: VirtualTime;
  /** The evaluation of the code that all share; `undefined` where each process has its own. */
  readonly #shared: Evaluation | undefined;
  #current: VirtualProcess | undefined;

  constructor(protocol: Protocol, time: VirtualTime, isIsolated: boolean) {
    this.#protocol = protocol;
    this.#time = time;
    if (!isIsolated) this.#shared = protocol.evaluate(this.#globals(() => this.#current!));
  }

  /** Loads memokit into a process, whose turn it is then. */
  load(process: VirtualProcess): Program {
    const shared = this.#shared;
    if (shared === undefined) {
      this.enter(process);
      return this.#protocol.evaluate(this.#globals(() => process)).program;
    }
    this.enter(process);
    shared.reset(this.#globals(() => process).globalThis);
    shared.save(process.variables);
    return shared.program;
  }

  /** Begins the turn of a process. All promise jobs of the process before it run first. */
  enter(process: VirtualProcess): void {
    const before = this.#current;
    if (before === process) return;
    runPromiseJobs();
    this.#current = process;
    const shared = this.#shared;
    if (shared === undefined) return;
    if (before !== undefined) shared.save(before.variables);
    shared.restore(process.variables);
  }

  #globals(current: () => VirtualProcess): Record<string, unknown> {
    const time = this.#time;
    const wall = () => EPOCH + time.now + current().skew;
    const setTimeout = (run: () => void, ms = 0): Timer => {
      const timer: Timer = { run, unref: () => timer };
      timer.task = current().after(Math.max(1, ms), () => timer.run?.());
      return timer;
    };
    const clearTimeout = (timer: Timer | undefined) => {
      if (timer === undefined) return;
      timer.run = undefined;
      if (timer.task !== undefined) timer.task.run = undefined;
    };
    class VirtualDate extends Date {
      constructor(...given: []) {
        super(...((given.length === 0 ? [wall()] : given) as []));
      }
      static override now = wall;
    }
    const fill = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = current().random.below(256);
      return bytes;
    };
    const own: Record<string, unknown> = {
      setTimeout,
      clearTimeout,
      performance: { now: () => 1000 + time.now, timeOrigin: 0 },
      Date: VirtualDate,
      Math: Object.create(Math, { random: { value: () => current().random.next() } }),
      crypto: { subtle: { digest }, getRandomValues: fill },
      console: { ...console, warn: (text: string) => void current().errors.push(text) },
    };
    const descriptors = Object.entries(own).map(([name, value]) => [
      name,
      { value, writable: true, configurable: true },
    ]);
    own.globalThis = Object.create(globalThis, Object.fromEntries(descriptors));
    return own;
  }
}

/** Hashes as the platform does, but with no thread whose time is real. */
async function digest(algorithm: string, bytes: Uint8Array): Promise<ArrayBuffer> {
  const hash = createHash(algorithm.replace('-', '').toLowerCase()).update(bytes).digest();
  return hash.buffer.slice(hash.byteOffset, hash.byteOffset + hash.length) as ArrayBuffer;
}

/**
 * Runs all promise jobs that are due, and those that follow from them. It does nothing inside of a promise job, so a simulation
 * must not run in one. Node has had this function since its beginning, but does not document it.
 */
export const runPromiseJobs: () => void = (process as unknown as { _tickCallback(): void })._tickCallback;

/** The wall time at which each simulation begins. */
export const EPOCH = 1_800_000_000_000;
