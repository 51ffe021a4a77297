/** Staleness cases: what callers get while a source is slow or fails, and when it is asked again. */
import { sleep } from '../../cases/case.mjs';
import { expired, Origin, outcomeOf, settle, ttlOf } from '../case.mjs';

const WAITS = 'the caller waits for the load';

export const staleness = [
  {
    title: 'stale-while-revalidate: past the ttl a caller gets the old value at once, and later ones the new value',
    needs: ['staleWhileRevalidate'],
    async run(peer) {
      const { origin, source } = await expired(peer, { staleWhileRevalidate: 10 * ttlOf(peer) });
      const release = origin.hold();
      const { value } = await outcomeOf(source.get('a'));
      await release();
      if (value === undefined) return WAITS;
      return value === 'a old' && (await source.get('a')) === 'a new';
    },
  },
  {
    title: 'while it is stale, 20 callers cause one load',
    needs: ['staleWhileRevalidate'],
    async run(peer) {
      const { origin, source } = await expired(peer, { staleWhileRevalidate: 10 * ttlOf(peer) });
      const release = origin.hold();
      const calls = Array.from({ length: 10 }, () => source.get('a'));
      await settle();
      calls.push(...Array.from({ length: 10 }, () => source.get('a')));
      await settle();
      const loads = origin.loads - 1;
      await release();
      await Promise.all(calls);
      return loads === 1 || `there are ${loads} loads`;
    },
  },
  {
    title: 'stale-if-error: past the ttl, while loads fail, callers get the old value',
    needs: ['staleIfError'],
    async run(peer) {
      const { origin, source } = await expired(peer, { staleIfError: 10 * ttlOf(peer) });
      origin.failure = new Error('the source is down');
      for (const _ of [1, 2, 3]) {
        if ((await source.get('a')) !== 'a old') return false;
        await settle();
      }
      return origin.loads > 1 || 'the source is not asked';
    },
  },
  {
    title: 'refresh ahead: a hit late in the ttl loads in the background, and no caller waits',
    needs: ['refreshAhead'],
    async run(peer, attempts = 5) {
      const ttl = 2 * ttlOf(peer);
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, { ttl, refreshAhead: 0.4 });
      const start = performance.now();
      await source.get('a');
      origin.change();
      const release = origin.hold();
      await sleep(0.6 * ttl);
      const { value } = await outcomeOf(source.get('a'));
      await release();
      const late = performance.now() - start > 0.9 * ttl;
      if (late && attempts > 1) return this.run(peer, attempts - 1);
      if (value !== 'a old') return WAITS;
      await sleep(0.6 * ttl);
      // Before the last call, which may be late in the ttl of what was loaded ahead.
      const { loads } = origin;
      if ((await source.get('a')) !== 'a new') return false;
      return loads === 2 || `there are ${loads} loads in place of 2`;
    },
  },
  {
    title: 'jitter: entries that were stored at one time do not end at one time',
    needs: ['jitter'],
    async run(peer) {
      const ttl = ttlOf(peer);
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, { ttl, jitter: 1 });
      const ids = Array.from({ length: 50 }, (_, id) => id);
      await Promise.all(ids.map((id) => source.get(id)));
      await sleep(0.5 * ttl);
      await Promise.all(ids.map((id) => source.get(id)));
      return origin.loads > 50 && origin.loads < 100;
    },
  },
  {
    title: 'a failure is remembered for a time: calls fail with it, and the source is not asked',
    needs: ['errorTtl'],
    async run(peer) {
      const ttl = ttlOf(peer);
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, { errorTtl: ttl });
      origin.failure = new Error('the source is down');
      const outcomes = [await outcomeOf(source.get('a')), await outcomeOf(source.get('a'))];
      if (outcomes.some(({ value }) => value instanceof Error)) return 'the error is given as if it were a result';
      if (outcomes.some(({ error }) => error !== origin.failure)) return false;
      if (origin.loads !== 1) return 'the source is asked again';
      origin.failure = undefined;
      await sleep(1.5 * ttl);
      return (await source.get('a')) === 'a old';
    },
  },
  {
    title: 'hard timeout: a load that takes too long fails for its callers',
    needs: ['timeout'],
    async run(peer) {
      const origin = new Origin();
      const source = (await peer.open({})).source('users', origin.load, { timeout: 50 });
      const release = origin.hold();
      const { value, error } = await outcomeOf(source.get('a'), 500);
      await release();
      if (value !== undefined) return false;
      return error !== undefined || WAITS;
    },
  },
  {
    title: 'soft timeout: when a load takes too long callers get the old value, and the load goes on and is stored',
    needs: ['softTimeout'],
    async run(peer) {
      const { origin, source } = await expired(peer, { staleIfError: 10 * ttlOf(peer), softTimeout: 50 });
      const release = origin.hold();
      const call = source.get('a');
      if ('value' in (await outcomeOf(call, 20))) return 'the caller does not wait for the load';
      const { value } = await outcomeOf(call, 500);
      await release();
      if (value === undefined) return WAITS;
      if (value !== 'a old' || (await source.get('a')) !== 'a new') return false;
      return origin.loads === 2 || 'the load is not stored';
    },
  },
];
