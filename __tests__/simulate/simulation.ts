import { createHash } from 'node:crypto';
import type { RedisStore } from 'memokit/redis';
import { Random } from '../support/random.js';
import { type Bounds, Checker, type Impairment, LONGEST_GAP, round, type Value, Witness } from './checker.js';
import { type LinkKind, type Route, SimulatedClient, SimulatedServer } from './network.js';
import type { Protocol } from './protocol.js';
import { type ServerFaults, ServerModel } from './server-model.js';
import { EPOCH, Thread } from './thread.js';
import { VirtualProcess } from './virtual-process.js';
import { VirtualTime } from './virtual-time.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly processes: number;
  readonly protocol: Protocol;
  /** The milliseconds of virtual time with faults, after which the fleet has to come to rest. */
  readonly duration?: number;
  /** The number of faults. */
  readonly faults?: number;
  /** The number of writes to the database; one of a few by default. */
  readonly writes?: number;
  /** The kinds of faults, all by default. */
  readonly kinds?: readonly (typeof FAULTS)[number][];
  readonly settings?: Partial<Settings>;
  readonly serverFaults?: ServerFaults;
  /** Whether each process has an evaluation of the code to itself, which takes several times as long and gives the same. */
  readonly isIsolated?: boolean;
  /** Told of each thing that happens, in order. */
  readonly trace?: (text: string) => void;
}

/**
 * What comes from the seed unless it is given: times in milliseconds, the number of keys, and what a load takes; and the share
 * of writes whose value is put.
 */
type Settings = Bounds & { readonly keys: number; readonly load: number; readonly puts: number };

/** What a simulation has counted. */
export interface Outcome {
  reads: number;
  hits: number;
  loads: number;
  invalidations: number;
  delivered: number;
  /** The leases that processes were given. */
  leases: number;
  /** The loads under the lease of their key: at most one each. The other loads began while a process could not ask the server. */
  leased: number;
  /** The faults made, by kind. */
  readonly faults: Record<string, number>;
  longestStale: number;
  /** The milliseconds of virtual time. */
  time: number;
  /** A hash of all that happened, with the times. */
  digest: string;
  violations: readonly string[];
}

/** A lease that a process was given. */
interface Grant {
  readonly member: Member;
  isLoading: boolean;
}

/** A process of the fleet, with its caches and what is known of it. */
class Member {
  readonly process: VirtualProcess;
  readonly witness: Witness;
  readonly route: Route;
  readonly store: RedisStore;
  readonly get: (key: number) => Promise<Value>;
  pending = 0;
  /** The leases that it was given and has not loaded under, by key. */
  readonly granted = new Map<number, Grant>();

  constructor(simulation: Simulation, name: string) {
    const { time, random, server, settings } = simulation;
    this.process = new VirtualProcess(name, time, new Random(random.below(2 ** 31)), simulation.thread);
    this.witness = new Witness(name, settings.keys);
    this.route = {
      process: this.process,
      held: new Set(),
      latency: latencyOf(settings.latency, random),
      loss: 0,
      links: new Set(),
      onEvent: (event) => simulation.onRouteEvent(this, event),
    };
    const client = new SimulatedClient(server, this.route, 'data');
    const { program } = this.process;
    const { opTimeout, pingInterval, checkInterval, leaseMs, ttl } = settings;
    this.store = program.redisStore(client as never, { opTimeout, pingInterval, checkInterval, leaseMs });
    this.get = program.memoize((key: number) => simulation.load(this, key), {
      store: this.store,
      name: 'rows',
      ttl,
      tags: (_: unknown, key: number) => [tagOf(key)],
    } as never) as unknown as (key: number) => Promise<Value>;
    client.connect().catch(() => {});
  }

  get cache() {
    return this.process.program.cacheOf(this.get)!;
  }
}

/** A fleet over one store, in virtual time: its calls, its invalidations and what befalls it come from a seed. */
export class Simulation {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly server: SimulatedServer;
  readonly thread: Thread;
  readonly settings: Settings;
  readonly checker: Checker;
  readonly outcome: Outcome;
  readonly #usualLatency: number;
  readonly #options: SimulationOptions;
  readonly #members: Member[] = [];
  readonly #byProcess = new Map<VirtualProcess, Member>();
  readonly #versions: number[];
  /** The lease of each key that nobody has ended. */
  readonly #grants = new Map<number, Grant>();
  readonly #history = createHash('sha256');
  #started = 0;
  #isCalm = false;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.random = new Random(options.seed);
    const { random } = this;
    this.thread = new Thread(options.protocol, this.time, options.isIsolated ?? false);
    this.#usualLatency = random.pick([0.2, 0.5, 2]);
    const isLarge = options.processes > LARGE;
    this.settings = {
      keys: 5 + random.below(30),
      latency: this.#usualLatency,
      load: random.pick([2, 20, 200, 1500]),
      opTimeout: 150,
      pingInterval: random.pick(isLarge ? [1000, 2000] : [1000, 5000]),
      checkInterval: random.pick(isLarge ? [1000, 2000] : [2000, 10_000]),
      leaseMs: random.pick([1000, 3000]),
      ttl: random.pick([2000, 10_000, 60_000]),
      puts: 0.1,
      ...options.settings,
    };
    // The longest of one way is 15 times the usual one of a process, which is up to 1.5 times that of the fleet.
    this.checker = new Checker(this.settings.keys, { ...this.settings, latency: this.#usualLatency * 25 + 1 });
    this.server = new SimulatedServer(this.time, new Random(random.below(2 ** 31)));
    const publish = (_: string, message: string) => this.server.publish(message);
    this.server.model = new ServerModel(() => (EPOCH + this.time.now) * 1000, publish, options.serverFaults);
    this.server.onCommand = (process, args, reply) => this.#onCommand(process, args as string[], reply);
    this.#versions = Array(this.settings.keys).fill(1);
    this.outcome = {
      reads: 0,
      hits: 0,
      loads: 0,
      invalidations: 0,
      delivered: 0,
      leases: 0,
      leased: 0,
      faults: {},
      longestStale: 0,
      time: 0,
      digest: '',
      violations: this.checker.violations,
    };
  }

  run(): Outcome {
    const { time, random, checker, outcome } = this;
    const { processes, faults = 12 } = this.#options;
    const { duration = processes > LARGE ? 5000 : 20_000 } = this.#options;
    for (let index = 0; index < processes; index++) this.#start();
    const drawn = processes > LARGE ? random.pick([10, 40]) : random.pick([20, 100, 400]);
    const { writes = drawn } = this.#options;
    for (let count = 0; count < writes; count++) this.#plan(2000 + random.next() * duration);
    for (let count = 0; count < faults; count++) time.after(random.next() * duration, () => this.#fault());
    time.runUntil(duration);
    this.#mend();
    // All that is noticed late is noticed by then.
    const { pingInterval, checkInterval, leaseMs } = this.settings;
    time.runUntil(duration + Math.max(pingInterval, checkInterval) + 2 * leaseMs + 6000);
    this.#isCalm = true;
    time.runUntil(time.now + 2 * this.settings.load + 4 * leaseMs + 3000);
    for (const { process, pending, store, witness } of this.#members) {
      if (!process.isAlive) continue;
      if (pending > 0) checker.refuse(`${pending} calls of ${process.name} have no answer at the end`);
      const { status, isBlind } = store.state;
      if (status !== 'working' || isBlind) {
        checker.refuse(`${witness.name} does not use the store at the end: ${status}, ${isBlind ? 'blind' : 'told'}`);
      }
      const foreign = process.errors.find((text) => !text.startsWith('memokit: redisStore: '));
      if (foreign !== undefined) checker.refuse(`${process.name} warned: ${foreign}`);
    }
    for (const { process } of this.#members) process.kill();
    outcome.longestStale = checker.longestStale;
    outcome.time = time.now;
    // Whatever was not noted has asked for other tasks or other random numbers.
    this.#note(`${time.added} tasks, then ${random.next()}`);
    outcome.digest = this.#history.digest('hex').slice(0, 16);
    return outcome;
  }

  /** Runs the method that is cached: asks the database, which always answers. */
  load(member: Member, key: number): Promise<Value> {
    const { time, outcome, random, settings } = this;
    const { process, witness } = member;
    outcome.loads++;
    const grant = member.granted.get(key);
    member.granted.delete(key);
    const isLeased = grant !== undefined;
    if (isLeased) {
      grant.isLoading = true;
      outcome.leased++;
    } else this.checker.unleased(witness, key, time.now, time.now);
    this.#note(`${process.name} loads key ${key}${isLeased ? '' : ' without a lease'}`);
    const end = () => {
      if (isLeased) grant.isLoading = false;
    };
    const fails = random.next() < 0.01;
    return new Promise((resolve, reject) => {
      const takes = settings.load * random.next() * 2;
      time.after(takes * random.next(), () => {
        const value = { key, version: this.#versions[key]!, at: time.now };
        time.after(takes / 2, () =>
          process.receive(() => {
            end();
            if (fails) reject(new Error(`version ${value.version}`));
            else resolve(value);
          }),
        );
      });
    });
  }

  onRouteEvent({ witness, process }: Member, event: 'lost' | 'channel down' | 'channel up'): void {
    const { now } = this.time;
    this.#note(`${process.name}: ${event}`);
    if (event === 'lost') witness.begin('lost', now, now);
    if (event === 'channel down') witness.begin('down', now);
    // It reads the clock before it trusts the channel.
    if (event === 'channel up') witness.end('down', now + this.settings.opTimeout);
  }

  #start(): void {
    const member = new Member(this, `process ${++this.#started}`);
    const { process, witness } = member;
    const { now } = this.time;
    this.#members.push(member);
    this.#byProcess.set(process, member);
    witness.begin('down', now);
    witness.begin('data', now, now + 500);
    if (!this.server.isUp || this.server.isFrozen) witness.begin('data', now);
    const again = () => {
      if (this.#isCalm) return;
      // Some keys are hot.
      this.#read(member, Math.floor(this.random.next() ** 2 * this.settings.keys));
      process.after(this.random.next() * LONGEST_GAP, again);
    };
    process.after(this.random.next() * LONGEST_GAP, again);
  }

  #read(member: Member, key: number): void {
    const { time, checker, outcome } = this;
    const { witness } = member;
    const [began, least] = [time.now, witness.least[key]!];
    outcome.reads++;
    member.pending++;
    const used = (value: Value) => {
      member.pending--;
      if (value.at < began) outcome.hits++;
      this.#note(`${witness.name} reads version ${value.version} of key ${key}, asked at ${round(began)}`);
      checker.read(witness, key, value, began, least);
    };
    const failed = ({ message }: Error) => {
      member.pending--;
      if (!/^version \d+$/.test(message)) checker.refuse(`${witness.name} got an error at ${round(began)}: ${message}`);
    };
    member.get(key).then(used, failed);
  }

  /** Plans a write of a key, and reads by some processes shortly before and after it. */
  #plan(at: number): void {
    const { random, time, settings } = this;
    const key = random.below(settings.keys);
    const read = (when: number) =>
      time.after(when, () => {
        const member = random.pick(this.#members);
        member.process.receive(() => this.#read(member, key));
      });
    for (let count = 0; count < 3; count++) read(at - random.next() * 2 * settings.load);
    for (let count = 0; count < 6; count++) read(at + 10 ** (random.next() * 4));
    time.after(at, () => this.#write(key));
  }

  /** A process writes to the database, and invalidates what that has changed. */
  #write(key: number): void {
    const { random, time } = this;
    const member = random.pick(this.#members.filter(({ process }) => process.isAlive && !process.isFrozen));
    if (member === undefined) return;
    this.#versions[key]!++;
    const chance = random.next();
    const written = this.#versions[key]!;
    member.process.after(random.next() * 5, () => {
      const { cache, process } = member;
      if (chance < 0.8 - this.settings.puts) {
        cache.delete(key);
        this.#invalidated(member, [key], 'deletes');
      } else if (chance < 0.8) {
        const value = { key, version: this.#versions[key]!, at: time.now };
        cache.put([key], Promise.resolve(value) as never);
        this.#invalidated(member, [key], 'puts');
      } else if (chance < 0.95) {
        process.program.invalidateTags(tagOf(key));
        this.#invalidated(
          member,
          this.#keys().filter((each) => tagOf(each) === tagOf(key)),
          'invalidates the tag of',
        );
      } else {
        cache.clear();
        this.#invalidated(member, this.#keys(), 'clears');
      }
      this.#note(`${process.name} has written version ${written} of key ${key}`);
      if (random.next() < 0.5) this.#read(member, key);
    });
  }

  #invalidated(member: Member, keys: readonly number[], verb: string): void {
    const { checker, outcome, time } = this;
    const { witness } = member;
    const calledAt = time.now;
    const versions = keys.map((key) => this.#versions[key]!);
    this.#note(`${witness.name} ${verb} ${keys.map((key, index) => `key ${key} (${versions[index]})`).join(', ')}`);
    outcome.invalidations++;
    for (const [index, key] of keys.entries()) checker.invalidated(witness, key, versions[index]!);
    member.cache.delivered().then((delivery) => {
      this.#note(`${witness.name} is told ${delivery} of what it did at ${round(calledAt)}`);
      if (delivery !== 'delivered') return;
      outcome.delivered++;
      for (const [index, key] of keys.entries()) {
        checker.delivered(witness, key, versions[index]!, calledAt, time.now);
      }
    });
  }

  #onCommand(process: VirtualProcess, args: readonly string[], reply: unknown): void {
    const member = this.#byProcess.get(process)!;
    const [, , count, ...rest] = args;
    const [first] = Array.isArray(reply) ? reply : [];
    const names = rest.slice(0, Number(count));
    if (`${first}` === 'taken') {
      const key = keyOf(names[2]!);
      const before = this.#grants.get(key);
      // Nobody has filled, released or invalidated it.
      if (before?.isLoading)
        this.checker.lapsed(before.member.witness, before.member.process.isAlive, key, this.time.now);
      const grant = { member, isLoading: false };
      this.outcome.leases++;
      this.#grants.set(key, grant);
      member.granted.set(key, grant);
      return;
    }
    for (const name of names) {
      if (!name.includes('.lease:')) continue;
      const key = keyOf(name);
      const isGone = this.server.model.get(Buffer.from(name).toString('latin1')) === undefined;
      if (!isGone) continue;
      // Whose own invalidation ends its lease may have the answer still, and load.
      if (this.#grants.get(key)?.member === member && !names[1]!.endsWith('.clock')) member.granted.delete(key);
      this.#grants.delete(key);
    }
  }

  #keys(): number[] {
    return this.#versions.map((_, key) => key);
  }

  /** Something befalls the fleet. */
  #fault(): void {
    const { random, server, time } = this;
    const fault = random.pick(this.#options.kinds ?? FAULTS);
    const takes = random.pick([50, 300, 1500, 5000, 12_000]) * (0.5 + random.next());
    const share = random.pick([0.02, 0.2, 1]);
    const living = this.#members.filter(({ process }) => process.isAlive);
    const chosen = living.filter(() => random.next() < share);
    const some = chosen.length > 0 ? chosen : [random.pick(living)];
    const { faults } = this.outcome;
    faults[fault] = (faults[fault] ?? 0) + 1;
    this.#note(`FAULT ${fault} for ${round(takes)} ms, of ${some.length} processes`);
    const later = (run: () => void) => time.after(takes, () => this.#isMended || run());
    if (fault === 'freeze') {
      for (const member of some.slice(0, Math.ceil(living.length / 4))) {
        this.#impair(member, ['frozen']);
        member.process.freeze();
        later(() => this.#thaw(member));
      }
    } else if (fault === 'kill') {
      for (const member of some.slice(0, Math.ceil(living.length / 20))) {
        member.process.kill();
        for (const link of [...member.route.links]) link.close();
        later(() => this.#start());
      }
    } else if (fault === 'hold' || fault === 'hold and cut') {
      const kinds = random.pick<LinkKind[]>([['data'], ['channel'], ['data', 'channel']]);
      for (const member of some) {
        this.#impair(
          member,
          kinds.map((kind) => (kind === 'data' ? 'data' : 'silent')),
        );
        for (const kind of kinds) member.route.held.add(kind);
        later(() => this.#release(member, fault === 'hold and cut'));
      }
    } else if (fault === 'cut') {
      const kinds = random.pick<LinkKind[]>([['data'], ['channel'], ['data', 'channel']]);
      for (const member of some) {
        if (kinds.includes('data')) member.witness.begin('data', time.now, time.now + 1000);
        for (const link of [...member.route.links]) if (kinds.includes(link.client.kind)) link.cut();
      }
    } else if (fault === 'lose') {
      for (const member of some) {
        member.route.loss = 0.3 + random.next() * 0.7;
        later(() => (member.route.loss = 0));
      }
    } else if (fault === 'slow') {
      for (const member of some) {
        this.#impair(member, ['data', 'silent']);
        member.route.latency = this.#usualLatency * 100;
        later(() => this.#release(member, false));
      }
    } else if (fault === 'freeze the server') {
      if (!server.isUp || server.isFrozen) return;
      server.isFrozen = true;
      for (const member of living) this.#impair(member, ['data', 'silent']);
      later(() => server.isFrozen && this.#thawServer());
    } else if (fault === 'kill the server') {
      if (!server.isUp) return;
      // Before the processes notice, and do something.
      for (const member of living) this.#impair(member, ['data']);
      server.kill();
      this.#grants.clear();
      later(() => this.#startServer());
    } else {
      server.model.clear(false);
      this.#grants.clear();
    }
  }

  #isMended = false;

  /** Ends all faults. */
  #mend(): void {
    this.#isMended = true;
    this.#note('MENDED');
    if (this.server.isFrozen) this.#thawServer();
    this.#startServer();
    for (const member of this.#members) {
      if (!member.process.isAlive) continue;
      if (member.process.isFrozen) this.#thaw(member);
      member.route.loss = 0;
      this.#release(member, false);
    }
  }

  #impair({ witness }: Member, kinds: readonly Impairment[]): void {
    for (const kind of kinds) witness.begin(kind, this.time.now);
  }

  /** Ends what impaired a process, for the checker: connections take their time to be there again. */
  #unimpaired({ witness, route }: Member): void {
    const { now } = this.time;
    const isSlow = route.latency > 10 * this.#usualLatency;
    if (!this.server.isUp || this.server.isFrozen || route.held.size > 0 || isSlow) return;
    witness.end('data', now + RECONNECTED);
    witness.end('silent', now + 100);
  }

  #thaw(member: Member): void {
    if (!member.process.isAlive) return;
    const { now } = this.time;
    // Its timers may let an operation take too long.
    member.witness.begin('data', now, now + 500);
    member.witness.end('frozen', now + 1);
    member.process.thaw();
  }

  #release(member: Member, isCut: boolean): void {
    const { route } = member;
    route.held.clear();
    route.latency = latencyOf(this.#usualLatency, this.random);
    if (isCut) member.witness.begin('data', this.time.now, this.time.now + 1000);
    for (const link of [...route.links]) {
      if (isCut) link.cut();
      else link.release();
    }
    this.#unimpaired(member);
  }

  #thawServer(): void {
    this.server.thaw();
    for (const member of this.#members) this.#unimpaired(member);
  }

  #startServer(): void {
    this.server.isUp = true;
    for (const member of this.#members) this.#unimpaired(member);
  }

  #note(text: string): void {
    const { now } = this.time;
    this.#history.update(`${now} ${text}\n`);
    this.#options.trace?.(`${round(now).toFixed(1).padStart(9)} ${text}`);
  }
}

const FAULTS = [
  'freeze',
  'kill',
  'hold',
  'hold and cut',
  'cut',
  'lose',
  'slow',
  'freeze the server',
  'kill the server',
  'flush',
] as const;

/** A fleet of more processes has less time and fewer writes, and its processes look after the channel more often. */
const LARGE = 100;

/** The longest that clients wait before they connect again, and what that takes. */
const RECONNECTED = 3500;

/** The usual latency of one process: one of a few, so that a message reaches several processes at one time. */
function latencyOf(usual: number, random: Random): number {
  return usual * (0.5 + (random.below(8) + 0.5) / 8);
}

function tagOf(key: number): string {
  return `group ${key % 3}`;
}

/** The key in the name of a lease: `{memokit}:v1.lease:rows@:[n]`. */
function keyOf(name: string): number {
  return Number(/\d+(?=\D*$)/.exec(name)![0]);
}
