import { CallLoad } from '../cache/call-load.js';
import { callAll } from '../call-all.js';
import { exchanged } from '../definition/caller-signal.js';

/** A call that waits for a run. */
export interface Waiter {
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  /** Whether it waits only to learn if the result is one that it may have. */
  readonly doubts?: boolean;
  /** Whether it was given an old value instead. */
  isDismissed?: boolean;
}

/** A run: a call load that knows who waits for it, can be given up, and is settled by its cache. */
export class Run extends CallLoad {
  /** What callers wait for; theirs as `promise` once the method has returned. */
  readonly answer: Promise<unknown>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** What those wait for who are given an old value when it takes too long. */
  soon: Promise<unknown> | undefined;
  /** Whether it took too long for them. */
  isSlow = false;
  /** How many callers wait. */
  waiting: number;
  /** Those who have joined. */
  readonly #joined = new Set<Waiter>();
  /** Whether it goes on when all have left who can. */
  isWanted: boolean;
  /** Whether its entry has made room for another meanwhile, so that nobody is in need of the result. */
  isEvicted = false;
  /** Whether it has ended, for whatever reason; what its method gives then comes to nothing. */
  isOver = false;
  /** What its method threw, instead of returning a promise. */
  thrown: { readonly error: unknown } | undefined;
  /** Whether it ended because its time was up. */
  isTimedOut = false;
  /** Whether the caller who began it hears of what listeners throw. */
  isLed: boolean;
  /** What listeners threw. */
  readonly troubles: unknown[] = [];
  /** What was begun in its place. */
  successor: Run | undefined;
  readonly #leader: AbortSignal | undefined;
  /** Whether its method has a signal of its own in place of its first caller's. */
  #isExchanged = false;
  #controller: AbortController | undefined;
  #stops: (() => void)[] = [];

  constructor(
    key: unknown,
    depth: number,
    since: number,
    /** The signal of the call that began it. */
    leader: AbortSignal | undefined,
    readonly isBackground: boolean,
  ) {
    super(key, depth, since);
    this.waiting = isBackground ? 0 : 1;
    this.isWanted = isBackground;
    this.isLed = !isBackground;
    this.#leader = leader;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Nobody may be waiting.
    if (isBackground) this.answer.catch(() => {});
  }

  /** The signal for its method. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** The arguments for its method: its own signal in place of the caller's, which must not end it for others. */
  forMethod(args: readonly unknown[]): readonly unknown[] {
    if (this.#leader === undefined) return args;
    const given = exchanged(args, this.#leader, this.signal);
    this.#isExchanged = given.some((arg, index) => arg !== args[index]);
    return given;
  }

  /** One more waits. */
  join(waiter: Waiter): void {
    this.waiting++;
    this.#joined.add(waiter);
  }

  /** All who wait are given an old value. It goes on for those who come later. */
  dismiss(): void {
    this.waiting = 0;
    for (const waiter of this.#joined) waiter.isDismissed = true;
    this.#joined.clear();
    this.isWanted = true;
  }

  /** One gives up. Tells whether the run is of use to nobody then. */
  leave(waiter: Waiter): boolean {
    // Those who were given an old value wait no more.
    this.waiting = Math.max(0, this.waiting - 1);
    this.#joined.delete(waiter);
    return this.waiting === 0 && !this.isWanted && !this.isOver;
  }

  /** Whether its first caller gave up, which its method may have heard of in another way than by the run's own signal. */
  get isSpoilt(): boolean {
    return this.#leader?.aborted === true && !this.#isExchanged && !this.isTimedOut;
  }

  /** Those who have joined and still wait. */
  get heirs(): Waiter[] {
    return [...this.#joined].filter(({ signal }) => !signal?.aborted);
  }

  /** How many of those who wait doubt. */
  get doubters(): number {
    return [...this.#joined].filter(({ doubts }) => doubts).length;
  }

  /** The run that is under way for those who wait for this one. */
  get latest(): Run {
    let latest: Run = this;
    while (latest.successor !== undefined) latest = latest.successor;
    // So that the way is not gone again, and what lies on it is let go of.
    if (latest !== this) this.successor = latest;
    return latest;
  }

  /** Those who have joined wait for another run. */
  handOver(successor: Run): void {
    this.successor = successor;
    this.#joined.clear();
  }

  /** What the caller who began it is given: what it waits for, unless a listener has thrown. */
  led(answer: Promise<unknown>): Promise<unknown> {
    return answer.then(
      (value) => {
        this.throwTroubles();
        return value;
      },
      (error) => this.throwTroubles(error),
    );
  }

  /** Throws what listeners have thrown, and these errors, if there are any. */
  throwTroubles(...errors: unknown[]): void {
    this.isLed = false;
    const rethrow = (error: unknown) => () => {
      throw error;
    };
    callAll([...this.troubles, ...errors].map(rethrow));
  }

  /** Calls what stops a timer once it is over. */
  until(stop: () => void): void {
    this.#stops.push(stop);
  }

  over(): void {
    this.isOver = true;
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}
