/** Result cases: what is kept of a call, and what the memoized function keeps of the original. */
import { together } from './case.mjs';

export const results = [
  together(
    'a second call with the same arguments does not run the function',
    (tally) => (a, b) => {
      tally.runs++;
      return a + b;
    },
    [1, 2],
    [1, 2],
  ),
  together(
    'a result of `undefined` is kept',
    (tally) => (_key) => {
      tally.runs++;
    },
    ['key'],
    ['key'],
  ),
  {
    title: 'an error reaches the caller and is not kept',
    async run(peer) {
      const failures = [new Error('once')];
      const [failure] = failures;
      const memoized = peer.memoize((key) => {
        if (failures.length > 0) throw failures.pop();
        return key;
      }, {});
      try {
        await memoized('key');
        return 'the error does not reach the caller';
      } catch (error) {
        if (error !== failure) throw error;
      }
      return (await memoized('key')) === 'key';
    },
  },
  {
    title: 'the name and the length of the function are kept',
    run(peer) {
      function area(width, height) {
        return width * height;
      }
      const { name, length } = peer.memoize(area, {});
      if (name !== 'area') return length === 2 ? 'the name is lost' : 'the name and the length are lost';
      return length === 2 || 'the length is lost';
    },
  },
];
