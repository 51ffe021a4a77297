import { monotonic, reader } from '../lru/clock.js';
import { type CallKey, callKeyOf } from './call-key.js';
import { type CallStats, Counters, snapshot } from './counters.js';
import type { ResolvedOptions } from './options.js';

/** Any function that can be memoized. */
export type Fn<This = any> = (this: This, ...args: any[]) => any;

/** What to call a definition without a `name`, given the class or prototype of a receiver once there is one. */
export type Label = (seen: object | undefined) => string;

/** A definition: one decorated method or memoized function, with what holds for all its receivers. */
export class Definition {
  readonly totals = new Counters();
  /** Grows at each `clear`; a cache that was filled in an earlier epoch is empty. */
  epoch = 0;
  /** Whether the method returns promises, as far as is known. */
  promises: boolean;
  /** Whether a hit needs nothing but the arguments and the entries: no code of the user's runs. */
  readonly isPlain: boolean;
  /** Reads the clock. */
  readonly now: () => number;
  readonly #label: Label;
  #seen: WeakRef<object> | undefined;

  constructor(
    readonly method: Fn,
    readonly options: ResolvedOptions,
    label: Label,
    /** Whether it is a member of a class, and so not to be outlived by its receivers. */
    readonly isMember: boolean,
  ) {
    this.#label = label;
    this.now = reader(options.clock);
    this.isPlain = options.key === undefined && options.on.hit === undefined && options.clock === monotonic;
    this.promises = tagOf(method) === 'AsyncFunction';
  }

  get name(): string {
    return this.options.name ?? this.#label(this.#seen?.deref());
  }

  /** Tells of a receiver's class, by which the label may find its own. */
  meet(seen: object): void {
    this.#seen ??= new WeakRef(seen);
  }

  /** The key of a call. */
  keyOf(receiver: unknown, args: readonly unknown[]): CallKey {
    const { key } = this.options;
    return callKeyOf(key === undefined ? args : [key.apply(receiver, args as unknown[])]);
  }

  /** What has happened to the calls of all receivers, dead ones included. */
  stats(): CallStats {
    return snapshot(this.totals);
  }

  /** Empties the caches of all receivers, each when it is next used. O(1). */
  clear(): void {
    this.epoch++;
  }
}

export function isGenerator(method: Fn): boolean {
  return tagOf(method).includes('Generator');
}

/** What kind of function it is: `Function`, `AsyncFunction`, `GeneratorFunction` … */
function tagOf(method: Fn): string {
  return Object.prototype.toString.call(method).slice(8, -1);
}
