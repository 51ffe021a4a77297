/** Limit cases: how long an entry lives, and how many are kept. */
import { sleep } from './case.mjs';

const TTL = 200;
const CAPACITY = 100;
const KEYS = 10_000;

export const limits = [
  {
    title: 'an entry with a ttl lives until then, and no longer',
    needs: ['ttl'],
    run: (peer) => livesUntilTtl(peer, [0, 1.3]),
  },
  {
    title: 'a hit does not prolong a ttl',
    needs: ['ttl'],
    run: (peer) => livesUntilTtl(peer, [0.5, 1.3]),
  },
  {
    title: `with a bound of ${CAPACITY}, ${KEYS.toLocaleString('en')} keys leave ${CAPACITY} entries`,
    needs: ['capacity'],
    async run(peer) {
      const { memoized, tally } = counted(peer, { capacity: CAPACITY });
      for (let key = 0; key < KEYS; key++) await memoized(key);
      // Newest first, so that no miss on the way evicts what is still to be asked for.
      tally.runs = 0;
      for (let key = KEYS - 1; key >= 0; key--) await memoized(key);
      const kept = KEYS - tally.runs;
      return kept === CAPACITY || `${kept} entries are kept`;
    },
  },
  {
    title: 'the entry that goes is the least recently used',
    needs: ['capacity'],
    async run(peer) {
      const { memoized, tally } = counted(peer, { capacity: 2 });
      for (const key of ['a', 'b', 'a', 'c']) await memoized(key);
      tally.runs = 0;
      await memoized('a');
      if (tally.runs === 1) return 'a recently used entry goes first';
      await memoized('b');
      return tally.runs === 1 || 'the least recently used entry stays';
    },
  },
];

/** Calls at once, and at two moments given in ttls: the first is to be a hit, the second none. */
async function livesUntilTtl(peer, [hitAt, missAt], attempts = 5) {
  const { memoized, tally } = counted(peer, { ttl: TTL });
  const start = performance.now();
  await memoized('key');
  await sleep(hitAt * TTL);
  await memoized('key');
  // A busy machine may sleep too long to tell.
  if (performance.now() - start > 0.9 * TTL && attempts > 1) return livesUntilTtl(peer, [hitAt, missAt], attempts - 1);
  if (tally.runs !== 1) return 'an entry with a ttl is no hit';
  await sleep((missAt - hitAt) * TTL);
  await memoized('key');
  return tally.runs === 2;
}

/** A memoized function that gives its argument back, and the tally of its runs. */
function counted(peer, wanted) {
  const tally = { runs: 0 };
  const memoized = peer.memoize((key) => {
    tally.runs++;
    return key;
  }, wanted);
  return { memoized, tally };
}
