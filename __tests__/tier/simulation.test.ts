import { afterEach, expect, jest, test } from '@jest/globals';
import { Protocol, type Sabotage } from '../simulate/protocol.js';
import type { ServerFaults } from '../simulate/server-model.js';
import { type Outcome, Simulation } from '../simulate/simulation.js';

/** The simulated fleet of `npm run simulate:fleet`, in small; and its checks, which have to notice what is broken on purpose. */

jest.setTimeout(120_000);

const protocol = new Protocol();

async function run(seed: number, sabotage?: Sabotage, serverFaults?: ServerFaults): Promise<Outcome> {
  const given = sabotage === undefined ? protocol : new Protocol(sabotage);
  return new Simulation({ seed, processes: 6, protocol: given, ...(serverFaults && { serverFaults }) }).run();
}

const firstSeed = process.env.TEST_LONG ? Date.now() % 1_000_000 : 1;
const rejections: unknown[] = [];
const note = (error: unknown) => void rejections.push(error);
process.on('unhandledRejection', note);
afterEach(() => void process.off('unhandledRejection', note));

test('in a simulated fleet, whatever befalls it, no process serves what was invalidated for longer than it may, and the store is used again', async () => {
  const total = { reads: 0, delivered: 0 };
  for (let seed = firstSeed; seed < firstSeed + (process.env.TEST_LONG ? 100 : 8); seed++) {
    const { violations, reads, delivered } = await run(seed);
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    total.reads += reads;
    total.delivered += delivered;
  }
  expect(rejections).toEqual([]);
  expect(total.reads).toBeGreaterThan(2000);
  expect(total.delivered).toBeGreaterThan(200);
});

test('one seed is one run, whenever it is simulated', async () => {
  const [one, again, other] = [await run(3), await run(3), await run(4)];
  expect(again).toEqual(one);
  expect(other.fingerprint).not.toBe(one.fingerprint);
});

const broken: [string, RegExp, Sabotage | undefined, ServerFaults?][] = [
  ['a fill that no lease fences', /promise 2|promise 3/, undefined, { isUnfenced: true }],
  ['a lease that two have', /promise 1/, undefined, { isGenerous: true }],
];
test.each(broken)('the checks of the simulation notice %s', async (_, pattern, sabotage, serverFaults) => {
  for (let seed = 1; seed <= 40; seed++) {
    const { violations } = await run(seed, sabotage, serverFaults);
    const found = violations.find((text) => pattern.test(text));
    if (found !== undefined) return;
  }
  throw new Error('no seed has shown it');
});
