import { callAll } from '../lru/call-all.js';
import { CallLoad } from './call-load.js';
import { exchanged } from './caller-signal.js';

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
  /** Whether it goes on when all have left who can. */
  isWanted: boolean;
  /** Whether it has ended, for whatever reason; what its method gives then comes to nothing. */
  isOver = false;
  /** What its method threw, instead of returning a promise. */
  thrown: { readonly error: unknown } | undefined;
  /** Whether the caller who began it hears of what listeners throw. */
  isLed = false;
  /** What listeners threw. */
  readonly troubles: unknown[] = [];
  #controller: AbortController | undefined;
  #stops: (() => void)[] = [];

  constructor(key: unknown, depth: number, since: number, isBackground: boolean) {
    super(key, depth, since);
    this.waiting = isBackground ? 0 : 1;
    this.isWanted = isBackground;
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
  forMethod(args: readonly unknown[], signal: AbortSignal | undefined): readonly unknown[] {
    return signal === undefined ? args : exchanged(args, signal, this.signal);
  }

  /** What the caller who began it is given: what it waits for, unless a listener has thrown. */
  led(answer: Promise<unknown>): Promise<unknown> {
    this.isLed = true;
    const rethrow = (error: unknown) => () => {
      throw error;
    };
    const hear = (...errors: unknown[]) => {
      this.isLed = false;
      callAll([...this.troubles, ...errors].map(rethrow));
    };
    return answer.then(
      (value) => {
        hear();
        return value;
      },
      (error) => hear(error),
    );
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
