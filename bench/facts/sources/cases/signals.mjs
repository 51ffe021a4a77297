/** Signal cases: callers that have an AbortSignal. */
import { Origin, outcomeOf, settle } from '../case.mjs';

export const signals = [
  {
    title: 'two calls with different AbortSignals share one load: the signal is left out of the key',
    async run(peer) {
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, {});
      const release = origin.hold();
      const calls = [1, 2].map(() => source.get('a', new AbortController().signal));
      await release();
      await Promise.all(calls);
      return origin.loads === 1 || 'each signal has a load of its own';
    },
  },
  {
    title: 'a caller that aborts is rejected at once, the first one too, and the others get the value',
    needs: ['signal'],
    async run(peer) {
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, {});
      const release = origin.hold();
      const [first, second] = [new AbortController(), new AbortController()];
      const calls = [source.get('a', first.signal), source.get('a', second.signal), source.get('a')];
      const outcomes = calls.map((call) => outcomeOf(call, 500));
      await settle();
      first.abort(new Error('the first caller left'));
      const { error } = await outcomeOf(calls[0]);
      await release();
      const [, ...others] = await Promise.all(outcomes);
      if (others.some(({ value }) => value !== 'a old')) return 'the others fail with the first';
      return error !== undefined || 'the caller waits for the load';
    },
  },
  {
    title: 'the load goes on while a caller waits, and is aborted when the last has left',
    needs: ['signal'],
    async run(peer) {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const origin = new Origin();
        const source = (await peer.open({})).source('users', origin.load, {});
        const release = origin.hold();
        const callers = [new AbortController(), new AbortController()];
        const outcomes = callers.map(({ signal }) => outcomeOf(source.get('a', signal), 500));
        await settle();
        const aborted = [];
        for (const leaving of order) {
          callers[leaving].abort();
          await settle();
          aborted.push(origin.signal?.aborted);
        }
        await release();
        await Promise.all(outcomes);
        if (aborted[0]) return 'it is aborted while a caller waits, when the first leaves';
        if (!aborted[1]) return 'it is not aborted';
      }
      return true;
    },
  },
];
