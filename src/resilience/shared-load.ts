import { CallLoad } from '../cache/call-load.js';
import { callAll } from '../call-all.js';
import { exchanged } from '../definition/caller-signal.js';
import type { CallKey } from '../key/call-key.js';

/** A call that waits for a load. */
export interface Waiter {
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  /** Whether it waits only to learn whether the result is one that it may have. */
  readonly awaitsVerdict?: boolean;
  /** Whether it was given an old value instead. */
  isDismissed?: boolean;
}

/** A shared load: a call load that knows the callers that wait for it, and can be given up. */
export class SharedLoad extends CallLoad {
  /** The promise that callers wait for; theirs as `promise` once the method has returned. */
  readonly answer: Promise<unknown>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** The promise of callers that are given an old value when the load takes too long. */
  earlyAnswer: Promise<unknown> | undefined;
  /** How many callers wait. */
  waiting: number;
  /** The callers that have joined. */
  readonly #joined = new Set<Waiter>();
  /** Whether it goes on when all callers that can leave have left. */
  isWanted: boolean;
  /** Whether it has ended, for whatever reason; what its method gives after that is dropped. */
  isSettled = false;
  /** What its method threw, instead of returning a promise. */
  thrown: { readonly error: unknown } | undefined;
  isTimedOut = false;
  /** Whether the caller that began it is to get what listeners throw. */
  isLed: boolean;
  /** What listeners threw. */
  readonly listenerErrors: unknown[] = [];
  /** The load that was begun in its place. */
  successor: SharedLoad | undefined;
  readonly #leader: AbortSignal | undefined;
  /** Whether its method has the load's own signal in place of that of the caller that began it. */
  #isExchanged = false;
  #controller: AbortController | undefined;
  #whenSettled: (() => void)[] = [];

  constructor(
    key: CallKey,
    since: number,
    /** The signal of the call that began it. */
    leader: AbortSignal | undefined,
    readonly isBackground: boolean,
  ) {
    super(key, since);
    this.waiting = isBackground ? 0 : 1;
    this.isWanted = isBackground;
    this.isLed = !isBackground;
    this.#leader = leader;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // No caller may be waiting.
    if (isBackground) this.answer.catch(() => {});
  }

  /** The signal for its method. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** The arguments for its method: its own signal in place of the caller's, which must not end it for others. */
  argsForMethod(args: readonly unknown[]): readonly unknown[] {
    if (this.#leader === undefined) return args;
    const given = exchanged(args, this.#leader, this.signal);
    this.#isExchanged = given.some((arg, index) => arg !== args[index]);
    return given;
  }

  /** One more caller waits. */
  join(waiter: Waiter): void {
    this.waiting++;
    this.#joined.add(waiter);
  }

  /** All waiting callers are given an old value. The load goes on for callers that come later. */
  dismiss(): void {
    this.waiting = 0;
    for (const waiter of this.#joined) waiter.isDismissed = true;
    this.#joined.clear();
    this.isWanted = true;
  }

  /** A caller gives up. Tells whether the load is of use to nobody then. */
  leave(waiter: Waiter): boolean {
    // Callers that were given an old value wait no more.
    this.waiting = Math.max(0, this.waiting - 1);
    this.#joined.delete(waiter);
    return this.waiting === 0 && !this.isWanted && !this.isSettled;
  }

  /**
   * Whether the caller that began it has aborted, which its method may have learned in another way than by the load's own
   * signal, so that its failure says nothing to other callers.
   */
  get failedByCaller(): boolean {
    return this.#leader?.aborted === true && !this.#isExchanged && !this.isTimedOut;
  }

  /** The callers that have joined and still wait. */
  get remainingWaiters(): Waiter[] {
    return [...this.#joined].filter(({ signal }) => !signal?.aborted);
  }

  /** How many of the waiting callers await a verdict. */
  get awaitingVerdict(): number {
    return [...this.#joined].filter(({ awaitsVerdict }) => awaitsVerdict).length;
  }

  /** The load that is under way for the callers that wait for this one. */
  get latest(): SharedLoad {
    let latest: SharedLoad = this;
    while (latest.successor !== undefined) latest = latest.successor;
    // A shortcut for the next look, which lets go of the loads between.
    if (latest !== this) this.successor = latest;
    return latest;
  }

  /** The callers that have joined wait for another load. */
  handOver(successor: SharedLoad): void {
    this.successor = successor;
    this.#joined.clear();
  }

  /** What the caller that began it is given: the answer, unless a listener has thrown. */
  answerForLeader(answer: Promise<unknown>): Promise<unknown> {
    return answer.then(
      (value) => {
        this.throwListenerErrors();
        return value;
      },
      (error) => this.throwListenerErrors(error),
    );
  }

  /** Throws what listeners have thrown, and these errors, if there are any. */
  throwListenerErrors(...errors: unknown[]): void {
    this.isLed = false;
    const rethrow = (error: unknown) => () => {
      throw error;
    };
    callAll([...this.listenerErrors, ...errors].map(rethrow));
  }

  /** Calls back when the load has ended. */
  onSettled(callback: () => void): void {
    this.#whenSettled.push(callback);
  }

  markSettled(): void {
    this.isSettled = true;
    for (const callback of this.#whenSettled) callback();
    this.#whenSettled = [];
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}
