import type { Random } from '../support/random.js';
import type { Program, Variables } from './protocol.js';
import type { Thread } from './thread.js';
import type { Task, VirtualTime } from './virtual-time.js';

/**
 * A process of the simulation: memokit with a clock, timers and random numbers of its own. It can be frozen, as by SIGSTOP: then
 * its timers and what it is sent wait; and killed.
 */
export class VirtualProcess {
  readonly name: string;
  readonly program: Program;
  /** The clock of its machine is set wrong by so many milliseconds. */
  readonly skew: number;
  readonly random: Random;
  isAlive = true;
  isFrozen = false;
  /** The variables of its modules while it is not its turn. */
  readonly variables: Variables = {};
  /** What it has warned of. */
  readonly errors: string[] = [];
  readonly #time: VirtualTime;
  readonly #thread: Thread;
  #dueTimers: (() => void)[] = [];
  #received: (() => void)[] = [];

  constructor(name: string, time: VirtualTime, random: Random, thread: Thread) {
    this.name = name;
    this.#time = time;
    this.random = random;
    this.#thread = thread;
    this.skew = (random.next() - 0.5) * 600_000;
    this.program = thread.load(this);
  }

  /** Runs something that the process is sent: now, or when it goes on. */
  receive(run: () => void): void {
    if (!this.isAlive) return;
    if (this.isFrozen) {
      this.#received.push(run);
      return;
    }
    this.#thread.enter(this);
    run();
  }

  /** Runs something after some time, if the process lives then. */
  after(ms: number, run: () => void): Task {
    return this.#time.after(ms, () => {
      if (!this.isAlive) return;
      if (this.isFrozen) {
        this.#dueTimers.push(run);
        return;
      }
      this.#thread.enter(this);
      run();
    });
  }

  freeze(): void {
    this.isFrozen = true;
  }

  /** Goes on: timers that are due and what was received run first, in an order that the platform does not promise. */
  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    const tasks = this.random.next() < 0.5 ? [this.#dueTimers, this.#received] : [this.#received, this.#dueTimers];
    this.#dueTimers = [];
    this.#received = [];
    // Each is a task, after which promise jobs run. No other timer comes between.
    for (const run of tasks.flat()) this.#time.after(0, () => this.receive(run));
  }

  kill(): void {
    this.isAlive = false;
  }
}
