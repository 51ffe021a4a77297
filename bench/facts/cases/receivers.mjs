/** Receiver cases: memoized methods and getters of classes. */
import { decoratedServiceOf, getterServiceOf, serviceOf } from '../service.mjs';
import { RAN_AGAIN } from './case.mjs';

export const receivers = [
  {
    title: 'two instances do not share entries',
    async run(peer) {
      const Service = await serviceOf(peer);
      const [a, b] = [new Service('a', { runs: 0 }), new Service('b', { runs: 0 })];
      return (await a.get(1)) === 'a1' && (await b.get(1)) === 'b1' && (await a.get(1)) === 'a1';
    },
  },
  {
    title: 'a method of a frozen instance is memoized',
    run: async (peer) => isMemoized(await serviceOf(peer), Object.freeze),
  },
  {
    title: 'a decorator for the legacy dialect (`experimentalDecorators`)',
    needs: ['legacy'],
    run: async (peer) => isMemoized(await decoratedServiceOf(peer, 'legacy')),
  },
  {
    title: 'a decorator for the standard dialect',
    needs: ['standard'],
    run: async (peer) => isMemoized(await decoratedServiceOf(peer, 'standard')),
  },
  {
    title: 'a decorated getter is memoized, for each instance',
    needs: ['getter'],
    async run(peer) {
      const Service = await getterServiceOf(peer);
      const tally = { runs: 0 };
      const [a, b] = [new Service('a', tally), new Service('b', tally)];
      if (a.value !== 'a' || b.value !== 'b' || a.value !== 'a') return false;
      return tally.runs === 2 || RAN_AGAIN;
    },
  },
];

async function isMemoized(Service, prepare = (instance) => instance) {
  const tally = { runs: 0 };
  const service = prepare(new Service('a', tally));
  for (const key of [1, 1, 2]) {
    if ((await service.get(key)) !== `a${key}`) return false;
  }
  return tally.runs === 2 || RAN_AGAIN;
}
