/** What a call of the cached function gives: what the database had at a moment. */
export interface Value {
  readonly key: number;
  readonly version: number;
  /** The time at which the database was read. */
  readonly at: number;
}

/** What kept a process from what the others told it. */
export type Impairment =
  /** The process did not run. */
  | 'frozen'
  /** Operations of the store were lost, or too slow. */
  | 'data'
  /** The channel was closed, and the process knew. */
  | 'down'
  /** The channel was dead, and nothing told the process. */
  | 'silent'
  /** A message was lost, and nothing told the process. */
  | 'lost';

interface Interval {
  readonly kind: Impairment;
  readonly from: number;
  until: number;
}

/** The times after which each impairment must be noticed, in milliseconds. */
export interface Bounds {
  /** The longest that a message takes to a process that nothing impairs. */
  readonly latency: number;
  readonly opTimeout: number;
  readonly pingInterval: number;
  readonly checkInterval: number;
  readonly leaseMs: number;
  readonly ttl: number;
}

/** What is known of one process. */
export class Witness {
  readonly name: string;
  /** The version of each key that a call of this process that begins now must give at least. */
  readonly least: number[];
  readonly #intervals: Interval[] = [];

  constructor(name: string, keys: number) {
    this.name = name;
    this.least = Array(keys).fill(0);
  }

  begin(kind: Impairment, now: number, until = Infinity): void {
    const open = this.#intervals.find((each) => each.kind === kind && each.until >= now);
    if (open === undefined) this.#intervals.push({ kind, from: now, until });
    else open.until = Math.max(open.until, until);
  }

  end(kind: Impairment, now: number): void {
    for (const each of this.#intervals) if (each.kind === kind && each.until > now) each.until = now;
  }

  /** The impairments of some kinds in a time. */
  between(from: number, until: number, kinds?: readonly Impairment[]): readonly Interval[] {
    return this.#intervals.filter(
      (each) => each.from <= until && each.until >= from && (kinds?.includes(each.kind) ?? true),
    );
  }

  describe(from: number, until: number): string {
    const texts = this.between(from, until).map((each) => `${each.kind} ${round(each.from)}-${round(each.until)}`);
    return texts.join(', ') || 'nothing';
  }
}

/** An invalidation that the store was told of. */
interface Told {
  readonly by: Witness;
  readonly version: number;
  readonly calledAt: number;
  readonly toldAt: number;
}

/** Holds what processes read against what they may read: promises 2, 3 and 4 of a store that a fleet shares. */
export class Checker {
  readonly violations: string[] = [];
  /** The longest time for which a process gave an old value after another had been told `delivered`. */
  longestStale = 0;
  readonly #bounds: Bounds;
  readonly #told: Told[][];

  constructor(keys: number, bounds: Bounds) {
    this.#bounds = bounds;
    this.#told = Array.from({ length: keys }, () => []);
  }

  refuse(text: string): void {
    this.violations.push(text);
  }

  /** Notes that a process has invalidated a key, which had a version by then. */
  invalidated(by: Witness, key: number, version: number): void {
    by.least[key] = Math.max(by.least[key]!, version);
  }

  /** Notes that a process was told that its invalidation is delivered. */
  delivered(by: Witness, key: number, version: number, calledAt: number, toldAt: number): void {
    this.#told[key]!.push({ by, version, calledAt, toldAt });
  }

  /** Checks what a call has given. `least` is what the process had to see at least when the call began. */
  read(by: Witness, key: number, value: Value, began: number, least: number): void {
    const text = `${by.name} read version ${value.version} of key ${key} at ${round(began)}`;
    if (value.key !== key) this.refuse(`${text}, which is of key ${value.key}`);
    if (value.version < least) {
      this.refuse(`${text}, after it had invalidated itself what is older than ${least} (promise 3)`);
    }
    const { ttl, leaseMs } = this.#bounds;
    // A call may join a load that was frozen together with its process.
    const frozen = by.between(value.at, began, ['frozen']).reduce((sum, { from, until }) => sum + until - from, 0);
    if (began - value.at > ttl + 2 * leaseMs + frozen)
      this.refuse(`${text}, which was loaded at ${round(value.at)} (promise 4)`);
    const told = this.#told[key]!;
    for (let index = told.length - 1; index >= 0; index--) {
      const each = told[index]!;
      if (each.version <= value.version || each.toldAt >= began) continue;
      this.longestStale = Math.max(this.longestStale, began - each.toldAt);
      const late = began - this.#deadline(by, each, began);
      if (late <= 0) continue;
      this.refuse(
        `${text}, which was ${round(late)} ms too late: ${each.by.name} had invalidated what is older than ${each.version} ` +
          `at ${round(each.calledAt)}, delivered at ${round(each.toldAt)} (promise 2); ` +
          `impaired: ${by.describe(each.calledAt - LEAD, began)}`,
      );
      return;
    }
  }

  /** Checks a load that was begun without a lease: something must have kept the process from the store. */
  unleased(by: Witness, key: number, called: number, now: number): void {
    const { opTimeout } = this.#bounds;
    const since = called - 2 * (PROBE_EVERY + LONGEST_GAP + opTimeout);
    if (by.between(since, now, ['data', 'frozen']).length > 0) return;
    this.refuse(
      `${by.name} loaded key ${key} at ${round(now)} without a lease, although the server answered (promise 1)`,
    );
  }

  /** Checks that a lease that ended by itself, while its holder loads, had a holder that could not renew it. */
  lapsed(by: Witness, isAlive: boolean, key: number, now: number): void {
    const { leaseMs, opTimeout } = this.#bounds;
    if (!isAlive || by.between(now - 2 * leaseMs - opTimeout, now, ['data', 'frozen']).length > 0) return;
    this.refuse(`the lease of ${by.name} for key ${key} ended at ${round(now)} while it loads (promise 1)`);
  }

  /** The time at which a process has to have stopped giving what another has invalidated. */
  #deadline(by: Witness, { calledAt, toldAt }: Told, began: number): number {
    const { latency, opTimeout, pingInterval, checkInterval } = this.#bounds;
    const met = by.between(calledAt - LEAD, began);
    const has = (kind: Impairment) => met.some((each) => each.kind === kind);
    let from = toldAt;
    let within = latency;
    if (has('down') || has('data')) within = DOWN;
    if (has('silent')) within = Math.max(within, pingInterval + 4 * opTimeout + DOWN);
    if (has('lost')) within = Math.max(within, checkInterval + 2 * opTimeout + DOWN);
    for (const { kind, until } of met) {
      // What a process does not do while it is frozen, or cannot ask, it has to do afterwards.
      if (kind === 'frozen') from = Math.max(from, until);
      if (kind === 'data' && has('lost')) from = Math.max(from, until + 2 * (PROBE_EVERY + LONGEST_GAP));
    }
    return from + within;
  }
}

/** How long before an invalidation an impairment may have begun to matter. */
const LEAD = 1000;
/** The milliseconds within which a process whose channel is down stops serving what was invalidated. */
const DOWN = 2000;
/** The milliseconds between two probes of the breaker. */
const PROBE_EVERY = 1000;
/** The longest time between two calls of a process. */
export const LONGEST_GAP = 1000;

export function round(time: number): number {
  return Math.round(time * 10) / 10;
}
