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
  for (let seed = 1; seed <= 3; seed++) {
    const { reads, leases, leased, violations } = await run({ seed });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    expect(reads).toBeGreaterThan(50);
    // A lease that nobody loads under is one whose answer came too late.
    expect(leased).toBeGreaterThan(0);
    expect(leased).toBeLessThanOrEqual(leases);
  }
});

test('the seed of a simulated fleet reproduces its history, also where its processes share no code', async () => {
  const first = await run({ seed: 7 });
  expect(await run({ seed: 7 })).toEqual(first);
  expect(await run({ seed: 7, isIsolated: true })).toEqual(first);
  expect((await run({ seed: 8 })).digest).not.toBe(first.digest);
});

test('a value that was put does not outlive what another process has invalidated since', async () => {
  const settings = { keys: 5, load: 2, ttl: 500, checkInterval: 2000, pingInterval: 1000, leaseMs: 1000 };
  for (const seed of [4, 5, 6]) {
    const { violations } = await run({ seed, faults: 0, settings });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

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
    given: { faults: 0, settings: { ...settings, load: 200, ttl: 2000 } },
  },
  {
    what: 'loads twice under one lease',
    promise: 1,
    sabotage: {
      find: /const result = yield\* this\.#method\(\);/,
      replace: 'yield* this.#method(); const result = yield* this.#method();',
    },
    given: { faults: 0, settings },
  },
  {
    what: 'gives a lease that another process has',
    promise: 1,
    given: { faults: 0, serverFaults: { isGenerous: true }, settings: { ...settings, load: 200, ttl: 2000 } },
  },
  {
    what: 'notices no gap between two messages',
    promise: 2,
    sabotage: { find: /if \([^;{]*previous !== seen\) this\.#distrust\(true\);/, replace: '' },
    given: { kinds: ['lose'], settings },
  },
  {
    what: 'journals no invalidation that it could not deliver',
    promise: 2,
    sabotage: { find: /this\.#journal\.add\([^;]*\);/, replace: '' },
    given: { processes: 8, duration: 10_000, faults: 12 },
  },
  {
    what: 'stores the result of a load whose lease is lost',
    promise: 3,
    given: { processes: 8, duration: 10_000, faults: 12, serverFaults: { isUnfenced: true } },
  },
  {
    what: 'does not wait for its own invalidation before it reads',
    promise: 3,
    sabotage: { find: /if \(this\.#onTheirWay\.size > 0\) return [^;]*;/, replace: '' },
    given: { faults: 0, settings },
  },
];

test.each(CASES)(
  'the checker of the simulated fleet notices a process or server that $what',
  async ({ what, promise, sabotage, given }) => {
    const protocol = sabotage === undefined ? new Protocol() : new Protocol({ what, ...sabotage });
    const found: string[] = [];
    for (let seed = 1; seed <= 20 && !found.some((each) => each.includes(`(promise ${promise})`)); seed++) {
      found.push(...(await run({ seed, protocol, ...given })).violations);
    }
    expect(found.join('\n')).toContain(`(promise ${promise})`);
  },
);
