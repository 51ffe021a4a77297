import { expect, jest, test } from '@jest/globals';
import { Protocol, type Sabotage } from '../simulate/protocol.js';
import { type Outcome, Simulation, type SimulationOptions } from '../simulate/simulation.js';

/** The simulated fleet of `npm run simulate:fleet`, in small. */

jest.setTimeout(120_000);

type Given = Partial<SimulationOptions> & { readonly seed: number };

/** Runs a simulation outside of a promise job, as it has to run promise jobs itself. */
function run({ protocol = new Protocol(), ...given }: Given): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(new Simulation({ processes: 5, duration: 4000, faults: 6, ...given, protocol }).run());
      } catch (error) {
        reject(error);
      }
    });
  });
}

test('in a simulated fleet, whatever befalls it, no process serves what was invalidated for longer than it may, and the store is used again', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { reads, leases, leased, violations } = await run({ seed, writes: 20 });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    expect(reads).toBeGreaterThan(50);
    // A lease that nobody loads under is one whose answer came too late.
    expect(leased).toBeGreaterThan(0);
    expect(leased).toBeLessThanOrEqual(leases);
  }
});

test('the seed of a simulated fleet reproduces its history, also where its processes share no code', async () => {
  const first = await run({ seed: 7, writes: 20 });
  expect(await run({ seed: 7, writes: 20 })).toEqual(first);
  expect(await run({ seed: 7, writes: 20, isIsolated: true })).toEqual(first);
  expect((await run({ seed: 8 })).digest).not.toBe(first.digest);
});

test('a value that was put does not outlive what another process has invalidated since, nor what crossed it', async () => {
  for (const given of [PUTS, CROSSED]) {
    const { violations } = await run(given);
    expect({ given, violations }).toEqual({ given, violations: [] });
  }
});

/** Simulations of many puts. In the one another process invalidates between two steps of a put, in the other before it arrives. */
const puts = { load: 2, ttl: 500, checkInterval: 2000, pingInterval: 1000, leaseMs: 1000, puts: 0.6 };
const PUTS: Given = {
  seed: 5,
  processes: 4,
  faults: 0,
  duration: 1000,
  writes: 100,
  settings: { ...puts, keys: 3, latency: 5 },
};
const CROSSED: Given = {
  seed: 2,
  processes: 3,
  faults: 0,
  duration: 500,
  writes: 100,
  settings: { ...puts, keys: 5, latency: 2 },
};

/** What the checker needs to see soon: loads are short, and entries outlast the times after which trouble is noticed. */
const settings = { keys: 5, load: 2, ttl: 60_000, checkInterval: 2000, pingInterval: 1000, leaseMs: 1000 };

interface Case {
  readonly what: string;
  readonly promise: number;
  readonly sabotage?: Omit<Sabotage, 'what'>;
  readonly given?: Partial<SimulationOptions>;
}

const CASES: readonly Case[] = [
  {
    what: 'loads although another process has the lease',
    promise: 1,
    sabotage: { find: /if \(!\(yield waitFor\([^;]*\)\)\) return(?= yield)/, replace: 'return' },
    given: { faults: 0, writes: 20, settings: { ...settings, load: 200, ttl: 2000 } },
  },
  {
    what: 'loads twice under one lease',
    promise: 1,
    sabotage: {
      find: /const result = yield\* this\.#method\(\);/,
      replace: 'yield* this.#method(); const result = yield* this.#method();',
    },
    given: { faults: 0, writes: 20, settings },
  },
  {
    what: 'gives a lease that another process has',
    promise: 1,
    given: {
      faults: 0,
      writes: 20,
      serverFaults: { isGenerous: true },
      settings: { ...settings, load: 200, ttl: 2000 },
    },
  },
  {
    what: 'notices no gap between two messages',
    promise: 2,
    sabotage: { find: /if \([^;{]*previous !== seen\) this\.#distrust\(true\);/, replace: '' },
    given: { kinds: ['lose'], faults: 20, duration: 8000, writes: 20, settings },
  },
  {
    what: 'journals no invalidation that it could not deliver',
    promise: 2,
    sabotage: { find: /this\.#journal\.add\([^;]*\);/, replace: '' },
    given: { processes: 8, duration: 10_000, faults: 12, writes: 20 },
  },
  {
    what: 'stores the result of a load whose lease is lost',
    promise: 3,
    given: {
      kinds: ['hold', 'freeze'],
      faults: 12,
      writes: 60,
      serverFaults: { isUnfenced: true },
      settings: { ...settings, load: 200 },
    },
  },
  {
    what: 'does not wait for its own invalidation before it reads',
    promise: 3,
    sabotage: { find: /if \(this\.#onTheirWay\.size > 0\) return [^;]*;/, replace: '' },
    given: { faults: 0, writes: 20, settings },
  },
  {
    what: 'invalidates in one step and takes the lease in another, when a value is put',
    promise: 3,
    sabotage: { find: /if \(store\.replace\) return [^;]*;/, replace: '' },
    given: PUTS,
  },
  {
    what: 'stores a value that was put before it has heard of what was invalidated by then',
    promise: 3,
    sabotage: { find: /await this\.#channel\.told\([^()]*\)/, replace: 'true' },
    given: CROSSED,
  },
];

test.each(CASES)(
  'the checker of the simulated fleet notices a process or server that $what',
  async ({ what, promise, sabotage, given }) => {
    const protocol = sabotage === undefined ? new Protocol() : new Protocol({ what, ...sabotage });
    const found: string[] = [];
    const { seed: first = 1 } = given ?? {};
    for (let seed = first; seed < first + 20 && !found.some((each) => each.includes(`(promise ${promise})`)); seed++) {
      found.push(...(await run({ ...given, seed, protocol })).violations);
    }
    expect(found.join('\n')).toContain(`(promise ${promise})`);
  },
);
