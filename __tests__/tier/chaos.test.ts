import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWithServer } from '../support/describe-with-server.js';
import { Fleet, pause, type Worker } from '../support/fleet.js';
import { Random } from '../support/random.js';
import { within } from '../support/within.js';

/** Chaos: four real processes over a real server, all of which are killed, stopped and cut off at random. */

const SECONDS = Number(process.env.CHAOS_SECONDS ?? (process.env.TEST_LONG ? 60 : 6));
const KEYS = Array.from({ length: 12 }, (_, index) => `key${index}`);
/** The milliseconds within which other processes must stop serving what was invalidated, when something befell them. */
const BOUND = 2000;
/** What two processes on a busy machine take to be heard. */
const SLACK = 500;

jest.setTimeout(SECONDS * 1000 + 120_000);

/** A read, as the history has it. */
interface Read {
  readonly seat: Seat;
  readonly key: string;
  readonly version: number;
  readonly began: number;
}

/** An invalidation that was done. Only one that was delivered binds other processes. */
interface Told {
  readonly seat: Seat;
  readonly key: string;
  readonly version: number;
  readonly at: number;
  readonly isDelivered: boolean;
}

/** One process of the fleet. After it was killed another has its place. */
class Seat {
  readonly worker: Worker;
  isAlive = true;
  isStopped = false;
  /** When it was stopped, and when it went on. */
  readonly stops: { readonly from: number; readonly until: number }[] = [];

  constructor(worker: Worker) {
    this.worker = worker;
  }
}

describeWithServer('chaos', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start();
  });
  afterAll(() => fleet.end());

  test('four processes that are killed, stopped and cut off at random read nothing older than they may', async () => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const options = { store: { opTimeout: 150, pingInterval: 300, checkInterval: 1000, leaseMs: 1000 } };
    const seats = (await fleet.work(4, options)).map((worker) => new Seat(worker));
    const versions = new Map(KEYS.map((key) => [key, 1]));
    for (const key of KEYS) await fleet.write(key, 1);
    const reads: Read[] = [];
    const told: Told[] = [];
    /** The times at which connections were cut or held. */
    const cuts: number[] = [];
    const errors: string[] = [];
    const end = performance.now() + SECONDS * 1000;
    let invalidations = 0;
    // A busy machine takes longer for as much.
    const isEnough = () => reads.length > SECONDS * 10 && told.filter((each) => each.isDelivered).length > SECONDS;
    const isOver = () => performance.now() > end && (isEnough() || performance.now() > end + 30_000);
    const started: Promise<unknown>[] = [];
    const start = (run: Promise<unknown>) => void started.push(run.catch((error) => errors.push(String(error))));

    /** Asks the process of a seat. Gives `undefined` if that process is killed before it answers. */
    const ask = (seat: Seat, name: string, key: string) =>
      seat.worker.ask(name, key).catch((error) => {
        if (seat.isAlive) throw error;
        return undefined;
      });
    const readOn = async (seat: Seat) => {
      while (!isOver() && seat.isAlive) {
        const key = random.pick(KEYS);
        const began = performance.now();
        const outcome = await ask(seat, 'get', key);
        if (outcome === undefined) return;
        const version = Number(/^version (\d+)$/.exec(outcome)?.[1]);
        if (!(version >= 0)) errors.push(outcome);
        reads.push({ seat, key, version, began });
        await pause(random.next() * 4);
      }
    };
    const begin = (seat: Seat) => {
      for (let count = 0; count < 3; count++) start(readOn(seat));
    };
    const write = async () => {
      while (!isOver()) {
        const key = random.pick(KEYS);
        const version = versions.get(key)! + 1;
        versions.set(key, version);
        await fleet.write(key, version);
        const able = seats.filter(({ isAlive, isStopped }) => isAlive && !isStopped);
        if (able.length > 0) {
          const seat = random.pick(able);
          invalidations++;
          const remove = async () => {
            const answer = await ask(seat, 'remove', key);
            if (answer === undefined) return;
            told.push({ seat, key, version, at: performance.now(), isDelivered: answer === 'delivered' });
          };
          start(remove());
        }
        await pause(10 + random.next() * 40);
      }
    };
    const faults = {
      async kill(seat: Seat) {
        seat.isAlive = false;
        await seat.worker.kill();
        const [worker] = await fleet.work(1, options);
        const next = new Seat(worker!);
        seats[seats.indexOf(seat)] = next;
        begin(next);
      },
      async stop(seat: Seat) {
        const from = performance.now();
        seat.isStopped = true;
        seat.worker.process.kill('SIGSTOP');
        await pause(random.pick([100, 500, 1500]));
        seat.worker.process.kill('SIGCONT');
        seat.isStopped = false;
        seat.stops.push({ from, until: performance.now() });
      },
      async cut() {
        cuts.push(performance.now());
        // While all clients are held, this is held too.
        await fleet.admin.call('CLIENT', 'KILL', 'TYPE', random.pick(['normal', 'pubsub']), 'SKIPME', 'yes');
        cuts.push(performance.now());
      },
      async hold() {
        const ms = random.pick([50, 300, 600]);
        await fleet.admin.call('CLIENT', 'PAUSE', `${ms}`, 'ALL');
        cuts.push(performance.now());
      },
    };
    let faultCount = 0;
    const befall = async () => {
      while (!isOver()) {
        await pause(100 + random.next() * 400);
        const able = seats.filter(({ isAlive, isStopped }) => isAlive && !isStopped);
        if (able.length < 2) continue;
        faultCount++;
        const kind = random.pick(['kill', 'stop', 'stop', 'cut', 'cut', 'hold'] as const);
        start(within(30_000, `the end of a ${kind}`, faults[kind](random.pick(able))));
      }
    };

    for (const seat of seats) begin(seat);
    await Promise.all([write(), befall()]);
    for (let count = 0; count < started.length; count++) await started[count];

    const violations: string[] = [];
    for (const { seat, key, version, began } of reads) {
      for (const each of told) {
        if (each.key !== key || version >= each.version || began <= each.at) continue;
        const met = cuts.some((at) => at > each.at - 1000 && at < began);
        let deadline = each.at + SLACK + (met ? BOUND : 0);
        for (const { from, until } of seat.stops) {
          if (until > each.at - 1000 && from < deadline) deadline = Math.max(deadline, until + BOUND + SLACK);
        }
        if (each.seat !== seat && (began <= deadline || !each.isDelivered)) continue;
        const whose = each.seat === seat ? 'itself' : 'another';
        violations.push(
          `version ${version} of ${key} at ${began}, after ${whose} had removed what is older than ${each.version} at ${each.at}`,
        );
      }
    }
    const loads = (await Promise.all(KEYS.map((key) => fleet.loads(key)))).reduce((sum, each) => sum + each, 0);
    const delivered = told.filter(({ isDelivered }) => isDelivered).length;
    const texts = [
      `${reads.length} reads`,
      `${loads} loads`,
      `${invalidations} invalidations (${delivered} delivered)`,
    ];
    process.stdout.write(
      `chaos, seed ${seed}: ${texts.join(', ')}, ${faultCount} faults, ${violations.length} violations\n`,
    );
    expect({ seed, violations: violations.slice(0, 5), errors: errors.slice(0, 5) }).toEqual({
      seed,
      violations: [],
      errors: [],
    });
    expect(reads.length).toBeGreaterThan(SECONDS * 10);
    expect(delivered).toBeGreaterThan(SECONDS);
  });
});
