/** Care cases: batches, objects that one did not write, statistics, and results that callers change. */
import { sleep } from '../../cases/case.mjs';
import { Origin, settle } from '../case.mjs';

export const care = [
  {
    title: 'the misses of one turn are loaded by one call, and each is stored under its own key',
    needs: ['many'],
    async run(peer) {
      const asked = [];
      const all = (await peer.open({})).many('users', async (ids) => {
        asked.push(ids.join());
        return ids.map((id) => `user ${id}`);
      });
      const found = [await all([1, 2]), await all([2, 3])];
      if (found.join() !== 'user 1,user 2,user 2,user 3') return false;
      return asked.join(' ') === '1,2 3' || `the lists are ${asked.join(' and ')}`;
    },
  },
  {
    title: 'a proxy caches named methods of an object that one did not write, and leaves the rest to it',
    needs: ['proxy'],
    async run(peer) {
      class Client {
        #runs = 0;
        async find(id) {
          this.#runs++;
          return `user ${id}`;
        }
        get runs() {
          return this.#runs;
        }
      }
      const client = peer.proxy(new Client(), 'find');
      await client.find(1);
      return (await client.find(1)) === 'user 1' && client.runs === 1 && client instanceof Client;
    },
  },
  {
    title: 'statistics count hits and misses',
    needs: ['stats'],
    async run(peer) {
      // A name of its own, since some peers count by name, for the whole process.
      const source = (await peer.open({ stats: true })).source('counted', new Origin().load, {});
      for (const id of ['a', 'a', 'a', 'b']) await source.get(id);
      const { hits, misses } = await source.stats();
      return (hits === 2 && misses === 2) || `2 hits and 2 misses are counted as ${hits} and ${misses}`;
    },
  },
  {
    title: 'statistics hold how long loads took',
    needs: ['loadTimes'],
    async run(peer) {
      const origin = new Origin();
      const source = (await peer.open({ stats: true })).source('users', origin.load, {});
      const release = origin.hold();
      const call = source.get('a');
      await sleep(50);
      await release();
      await call;
      const { loadTime } = await source.stats();
      return loadTime >= 45 && loadTime < 1000;
    },
  },
  {
    title: 'a caller that changes its result changes it for nobody else',
    needs: ['unshared'],
    async run(peer) {
      const { seen } = await changedBy(peer, 'miss', 'hit');
      if (!seen) return true;
      const { seen: seenOfHit } = await changedBy(peer, 'hit');
      return !seenOfHit && 'a change by the caller that loaded it is seen by others';
    },
  },
  {
    title: 'on request results are frozen, all that they hold included: a caller that changes one fails there',
    needs: ['freeze'],
    run: async (peer) => (await changedBy(peer, 'miss', 'hit')).failures === 2,
  },
];

/** Whether others see the changes that some of the first two callers make to their results, and how many of them fail. */
async function changedBy(peer, ...callers) {
  const load = async () => ({ roles: ['reader'] });
  const source = (await peer.open({ unshared: true })).source('users', load, { freeze: true });
  let failures = 0;
  for (const caller of ['miss', 'hit']) {
    const user = await source.get('a');
    await settle();
    if (!callers.includes(caller)) continue;
    try {
      user.roles.push('admin');
    } catch {
      failures++;
    }
  }
  return { seen: (await source.get('a')).roles.length > 1, failures };
}
