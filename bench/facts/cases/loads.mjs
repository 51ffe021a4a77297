/** Load cases: calls that return a promise. */
import { sleep } from './case.mjs';

/** Milliseconds in which a peer has done what it does a few ticks later. */
const SETTLED = 5;

export const loads = [
  {
    title: '100 calls at once run an async function once',
    async run(peer) {
      let runs = 0;
      const load = async (key) => {
        runs++;
        await sleep(SETTLED);
        return key;
      };
      const memoized = peer.memoize(load, { async: true });
      const found = await Promise.all(Array.from({ length: 100 }, () => memoized('key')));
      if (found.some((value) => value !== 'key')) return false;
      return runs === 1 || `the function runs ${runs} times`;
    },
  },
  {
    title: 'a rejected promise is not kept',
    async run(peer) {
      const failures = [new Error('once')];
      const [failure] = failures;
      const load = async (key) => {
        if (failures.length > 0) throw failures.pop();
        return key;
      };
      const memoized = peer.memoize(load, { async: true });
      try {
        await memoized('key');
        return 'the error does not reach the caller';
      } catch (error) {
        if (error !== failure) throw error;
      }
      await sleep(SETTLED);
      return memoized('key').then(
        (value) => value === 'key',
        () => false,
      );
    },
  },
  {
    title: 'a value that was invalidated while it loaded is not kept',
    needs: ['forget'],
    async run(peer) {
      let source = 'old';
      let release;
      const held = new Promise((resolve) => {
        release = resolve;
      });
      const load = async (_key) => {
        const seen = source;
        await held;
        return seen;
      };
      const memoized = peer.memoize(load, { async: true });
      const first = memoized('key');
      await sleep(SETTLED);
      source = 'new';
      await peer.forget(memoized);
      release();
      await first;
      await sleep(SETTLED);
      return (await memoized('key')) === 'new';
    },
  },
];
