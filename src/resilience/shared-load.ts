import { CallLoad, type Origin } from '../cache/call-load.js';
import { callAll, rethrow } from '../call-all.js';
import { replaceSignal } from '../definition/caller-signal.js';
import type { Listeners } from '../definition/listeners.js';
import type { CallKey } from '../key/call-key.js';
import type { CallReport } from '../load/call-report.js';
import { max } from '../platform.js';

/** A call that waits for a load. */
export interface Waiter {
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  /** Where to write down what the call comes to, if somebody asks. */
  readonly report?: CallReport | undefined;
  /** Whether the call waits only to learn whether the result is outdated. */
  readonly awaitsVerdict?: boolean;
  /** Whether the call was answered with an old value instead. */
  isDismissed?: boolean;
  /** Runs a callback in the async context of the call, once, for a load that may have to begin again for this caller. */
  enter?: ((callback: () => void) => void) | undefined;
}

/** A load that keeps track of its waiting callers and can be aborted when all of them have left. */
export class SharedLoad extends CallLoad {
  /** The promise that callers wait for. Assigned to `promise` once the method has returned. */
  readonly answer: Promise<unknown>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** The promise of callers that get an old value when the load takes longer than `softTimeout`. */
  earlyAnswer: Promise<unknown> | undefined;
  /** The number of waiting callers. */
  waiting: number;
  /** The waiting callers except the one that began the load. */
  readonly #joined = new Set<Waiter>();
  /** Whether the load continues after all callers with a signal have left. */
  isWanted: boolean;
  /** The error of a refresh, which its caller gets even if an old value stands in for those that joined. */
  refreshFailure: { readonly error: unknown } | undefined;
  /** The error that the method threw instead of returning a promise. */
  thrown: { readonly error: unknown } | undefined;
  isTimedOut = false;
  /** Ends the load with a TimeoutError, if it has a `timeout`. A timer calls it, or a call that finds the load overdue. */
  expire: (() => void) | undefined;
  /** Whether the caller that began the load gets the errors of listeners. False once that caller has its answer. */
  isLed: boolean;
  /** The errors that listeners threw. */
  readonly listenerErrors: unknown[] = [];
  /** The load that answers the waiting callers in place of this one. */
  successor: SharedLoad | undefined = noSuccessor;
  readonly #leader: AbortSignal | undefined;
  /** Whether the method got the load's own signal in place of the signal of the caller that began the load. */
  #isExchanged = false;
  #controller: AbortController | undefined;
  #whenSettled: (() => void)[] = [];

  constructor(
    key: CallKey,
    since: number,
    /** The signal of the caller that began the load. */
    leader: AbortSignal | undefined,
    origin: Origin,
  ) {
    super(key, since, origin);
    const isCalled = origin === 'call';
    this.waiting = isCalled ? 1 : 0;
    this.isWanted = !isCalled;
    this.isLed = isCalled || origin === 'refresh';
    this.#leader = leader;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Perhaps no caller waits, and then a rejection must not be reported as unhandled.
    if (!isCalled) this.answer.catch(() => {});
  }

  /** The load's own signal, for its method. It aborts when no caller waits any more or when `timeout` has passed. */
  override get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /**
   * The arguments for the method. They have the load's signal in place of the caller's, which must not abort the load
   * for others.
   */
  argsForMethod(args: readonly unknown[]): readonly unknown[] {
    if (this.#leader === undefined) return args;
    const given = replaceSignal(args, this.#leader, this.signal);
    this.#isExchanged = given.some((arg, index) => arg !== args[index]);
    return given;
  }

  /** Adds a waiting caller. To be called in the async context of the call. */
  join(waiter: Waiter): void {
    this.waiting++;
    if (this.#leader !== undefined) waiter.enter ??= contextOfCall();
    this.#joined.add(waiter);
  }

  /** Marks all waiting callers as answered with an old value. The load continues for later callers. */
  dismiss(): void {
    this.waiting = 0;
    for (const waiter of this.#joined) waiter.isDismissed = true;
    this.#joined.clear();
    this.isWanted = true;
  }

  /** Removes a caller that has aborted. Returns whether the load should be aborted because no caller needs it. */
  leave(waiter: Waiter): boolean {
    // The count may be 0 already, because callers that got an old value no longer count.
    this.waiting = max(0, this.waiting - 1);
    this.#joined.delete(waiter);
    return this.waiting === 0 && !this.isWanted && !this.isSettled;
  }

  /**
   * Whether the load may have failed because the caller that began it has aborted. Then the failure does not concern other
   * callers. This is possible only if the method did not get the load's own signal in place of that caller's signal.
   */
  get failedByCaller(): boolean {
    return this.#leader?.aborted === true && !this.#isExchanged && !this.isTimedOut;
  }

  /** The joined callers that still wait. */
  get remainingWaiters(): Waiter[] {
    return [...this.#joined].filter(({ signal }) => !signal?.aborted);
  }

  /** The number of joined callers that wait only to learn whether the result is outdated. */
  get awaitingVerdict(): number {
    return [...this.#joined].filter(({ awaitsVerdict }) => awaitsVerdict).length;
  }

  /** The last load in the chain of successors. The callers of this load wait for that one. */
  override get latest(): SharedLoad {
    let latest: SharedLoad = this;
    while (latest.successor !== noSuccessor && latest.successor !== undefined) latest = latest.successor;
    // Shortens the chain for the next lookup, and releases the loads in between.
    if (latest !== this) this.successor = latest;
    return latest;
  }

  /** Hands the joined callers over to another load. */
  handOver(successor: SharedLoad): void {
    this.successor = successor;
    this.#joined.clear();
  }

  /** Calls listeners after the load has ended. The caller that began it gets their errors, if it still waits. */
  notify(listeners: Listeners, args: readonly unknown[], events: readonly (() => void)[]): void {
    if (!this.isLed) {
      listeners.notifyDetached(this.key, args, events);
      return;
    }
    for (const event of events) {
      try {
        event();
      } catch (error) {
        this.listenerErrors.push(error);
      }
    }
  }

  /** The promise for the caller that began the load: it follows the answer, but rejects if a listener or a refresh has failed. */
  answerForLeader(answer: Promise<unknown>): Promise<unknown> {
    return answer.then(
      (value) => {
        this.throwListenerErrors(...(this.refreshFailure === undefined ? [] : [this.refreshFailure.error]));
        return value;
      },
      (error) => this.throwListenerErrors(error),
    );
  }

  /** Throws the errors of listeners together with the given errors. Does nothing if there are none. */
  throwListenerErrors(...errors: unknown[]): void {
    this.isLed = false;
    callAll([...this.listenerErrors, ...errors].map(rethrow));
  }

  /** Registers a function to call when the load ends. */
  onSettled(callback: () => void): void {
    this.#whenSettled.push(callback);
  }

  /** Marks the load as ended, and calls the registered functions. */
  markSettled(): void {
    this.isSettled = true;
    this.expire = undefined;
    for (const callback of this.#whenSettled) callback();
    this.#whenSettled = [];
  }

  abort(reason: unknown): void {
    try {
      this.#controller?.abort(reason);
    } catch {
      // The signal belongs to another request, and the platform lets no request touch what belongs to another one.
    }
  }
}

/** What runs a callback, once and later, in the async context of now: where platforms have one, a promise keeps it. */
function contextOfCall(): (callback: () => void) => void {
  let enter!: (callback: () => void) => void;
  new Promise<() => void>((resolve) => {
    enter = resolve;
  }).then((callback) => callback());
  return enter;
}

/**
 * Stands for no successor. It also keeps a load alive for ever: a garbage collection that finds none alive drops their
 * hidden class, and with it all machine code that was optimized for it.
 */
let noSuccessor: SharedLoad | undefined;
noSuccessor = new SharedLoad(undefined, 0.5, undefined, 'background');
