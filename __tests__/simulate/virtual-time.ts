import { runPromiseJobs } from './thread.js';

/** A task that is due at a virtual time. */
export interface Task {
  readonly at: number;
  readonly order: number;
  /** `undefined` once nobody waits for it any more. */
  run: (() => void) | undefined;
  /** Whether no promise job can follow from it. */
  readonly isQuiet: boolean;
}

/**
 * A virtual clock with its tasks. Time passes only from one task to the next, and tasks of one time run in the order in which
 * they were added, so that a simulation is the same each time.
 */
export class VirtualTime {
  /** The time in milliseconds since the simulation began. */
  now = 0;
  readonly #heap: Task[] = [];
  /** The number of tasks so far. */
  added = 0;

  /** Adds a task that runs after so many milliseconds. O(log tasks). @param isQuiet Whether no promise job can follow from it. */
  after(ms: number, run: () => void, isQuiet = false): Task {
    const heap = this.#heap;
    const task: Task = { at: this.now + Math.max(0, ms), order: this.added++, run, isQuiet };
    let at = heap.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
    return task;
  }

  /** Runs all tasks that are due before a time. All promise jobs that follow from a task run before the next task. */
  runUntil(end: number): void {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= end) {
      const task = this.#next();
      if (task.run === undefined) continue;
      this.now = task.at;
      task.run();
      if (!task.isQuiet) runPromiseJobs();
    }
    this.now = end;
  }

  #next(): Task {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
