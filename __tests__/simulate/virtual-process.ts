import { createHash, webcrypto } from 'node:crypto';
import type { Random } from '../support/random.js';
import type { Program, Protocol } from './protocol.js';
import type { Task, VirtualTime } from './virtual-time.js';

/** A timer of a virtual process. */
interface Timer {
  run: (() => void) | undefined;
  task?: Task;
  unref(): Timer;
}

/**
 * A process of the simulation: memokit of its own, with a clock, timers and random numbers of its own. It can be frozen, as by
 * SIGSTOP: then its timers and what it is sent wait; and killed.
 */
export class VirtualProcess {
  readonly name: string;
  readonly program: Program;
  /** The clock of its machine is set wrong by so many milliseconds. */
  readonly skew: number;
  isAlive = true;
  isFrozen = false;
  readonly errors: string[] = [];
  readonly #time: VirtualTime;
  readonly #random: Random;
  #dueTimers: (() => void)[] = [];
  #received: (() => void)[] = [];

  constructor(name: string, time: VirtualTime, random: Random, protocol: Protocol) {
    this.name = name;
    this.#time = time;
    this.#random = random;
    this.skew = (random.next() - 0.5) * 600_000;
    this.program = protocol.load(this.#globals());
  }

  /** Runs something that the process is sent: now, or when it goes on. */
  receive(run: () => void): void {
    if (!this.isAlive) return;
    if (this.isFrozen) this.#received.push(run);
    else run();
  }

  /** Runs something after some time, if the process lives then. */
  after(ms: number, run: () => void): Task {
    return this.#time.after(ms, () => {
      if (!this.isAlive) return;
      if (this.isFrozen) this.#dueTimers.push(run);
      else run();
    });
  }

  freeze(): void {
    this.isFrozen = true;
  }

  /** Goes on: timers that are due and what was received run first, in an order that the platform does not promise. */
  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    const tasks = this.#random.next() < 0.5 ? [this.#dueTimers, this.#received] : [this.#received, this.#dueTimers];
    this.#dueTimers = [];
    this.#received = [];
    // Each is a task, after which promise jobs run. No other timer comes between.
    for (const run of tasks.flat()) this.#time.after(0, () => this.receive(run));
  }

  kill(): void {
    this.isAlive = false;
  }

  #globals(): Record<string, unknown> {
    const time = this.#time;
    const { skew } = this;
    const random = this.#random;
    const wall = () => EPOCH + time.now + skew;
    const setTimeout = (run: () => void, ms = 0): Timer => {
      const timer: Timer = { run, unref: () => timer };
      timer.task = this.after(Math.max(1, ms), () => timer.run?.());
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
    const own: Record<string, unknown> = {
      setTimeout,
      clearTimeout,
      performance: { now: () => 1000 + time.now, timeOrigin: 0 },
      Date: VirtualDate,
      Math: Object.create(Math, { random: { value: () => random.next() } }),
      crypto: { subtle: { digest }, getRandomValues: webcrypto.getRandomValues.bind(webcrypto) },
      console: { ...console, warn: (text: string) => void this.errors.push(text) },
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

/** The wall time at which each simulation begins. */
export const EPOCH = 1_800_000_000_000;
