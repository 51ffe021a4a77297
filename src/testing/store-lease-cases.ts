import type { Store } from '../store/store.js';
import { between, type CaseBody, entryOf, equal, KEY, newEntry, put, STEP, take, textOf, until } from './store-case.js';

/** Whether both clients share leases. A store whose leases are of one process is tried with one client. */
const isShared = ({ promises }: Store): boolean => promises.leases === 'all';

/** The cases of the contract about leases. */
export const LEASE_CASES: Record<string, CaseBody> = {
  async 'a lease has one holder among all clients'({ store, other }) {
    if (store.promises.leases === 'none') return false;
    const clients = isShared(store) ? [store, other] : [store];
    const asked = Array.from({ length: 40 }, (_, index) => clients[index % clients.length]!.lease(KEY, STEP * 50));
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    equal('the leases that were taken', kinds.filter((kind) => kind === 'taken').length, 1);
    equal('the leases that are held', kinds.filter((kind) => kind === 'held').length, 39);
    await take(store, { ...KEY, key: '2' });
    await take(store, { ...KEY, namespace: 'another' });
  },

  async 'a lease ends by itself, and says when'({ store, other, advance }) {
    if (!isShared(store)) return false;
    await take(store, KEY, STEP * 10);
    await advance(STEP);
    const held = await other.lease(KEY, STEP);
    between('the milliseconds until the lease ends', held.kind === 'held' && held.ms, 1, STEP * 9.1);
    await advance(STEP * 9);
    await take(other);
  },

  async 'a lease that is renewed lasts'({ store, other, advance }) {
    if (!isShared(store)) return false;
    const lease = await take(store, KEY, STEP * 10);
    for (let time = 0; time < 3; time++) {
      await advance(STEP * 4);
      equal('a renewal', await store.renew(lease, STEP * 10), true);
    }
    equal('the lease for another client', (await other.lease(KEY, STEP)).kind, 'held');
    equal('the fill', await store.fill(lease, newEntry('value')), 'stored');
  },

  async 'a key that is replaced has no entry and a new holder, and later invalidations fence its fill'({
    store,
    other,
  }) {
    if (store.replace === undefined || !isShared(store)) return false;
    await put(store, 'old');
    const before = await take(store, { ...KEY, key: '2' });
    const replaced = await store.replace({ ...KEY, key: '2' }, STEP * 50);
    const lease = await store.replace(KEY, STEP * 50);
    equal('what replacing a key gives', typeof lease?.token, 'string');
    equal('what replacing a key that another holder loads gives', typeof replaced?.token, 'string');
    equal('the entry of a key that was replaced', (await other.read([KEY]))[0], undefined);
    equal('the lease for another client', (await other.lease(KEY, STEP)).kind, 'held');
    equal('the fill of the holder before', await store.fill(before, newEntry('before')), 'fenced');
    equal('the fill', await store.fill(lease!, newEntry('new')), 'stored');
    equal('what another client reads', await textOf(other), 'new');
    await other.invalidate({ keys: [replaced!.key] });
    equal('the fill after another invalidation', await store.fill(replaced!, newEntry('outdated')), 'fenced');
  },

  async 'a lease that has ended cannot be renewed, even if nobody has taken it'({ store, advance }) {
    if (store.promises.leases === 'none') return false;
    const lease = await take(store, KEY, STEP);
    await advance(STEP * 1.5);
    equal('a renewal', await store.renew(lease, STEP * 3), false);
  },

  async 'a release gives the lease to the next, and a late one takes it from nobody'({ store, other, advance }) {
    if (!isShared(store)) return false;
    const [released, lost] = [await take(store), await take(store, { ...KEY, key: '2' }, STEP)];
    await store.release(released);
    await take(other);
    await advance(STEP * 1.5);
    await take(other, { ...KEY, key: '2' });
    for (const lease of [released, lost]) {
      await store.release(lease);
      equal('a renewal of a lost lease', await store.renew(lease, STEP), false);
      equal('the lease of the next', (await store.lease(lease.key, STEP)).kind, 'held');
    }
  },

  async 'a holder that lost its lease fills nothing, even if nobody has taken it'({ store, advance }) {
    if (!store.promises.isFenced) return false;
    const lease = await take(store, KEY, STEP);
    await advance(STEP * 1.5);
    equal('the fill', await store.fill(lease, newEntry('old')), 'fenced');
    equal('the entry', await entryOf(store), undefined);
  },

  async 'a holder that lost its lease disturbs the next one in nothing'({ store, other, advance }) {
    if (!store.promises.isFenced) return false;
    const lease = await take(store, KEY, STEP);
    await advance(STEP * 1.5);
    const next = await take(other);
    equal('the late fill', await store.fill(lease, newEntry('old')), 'fenced');
    equal('the lease of the next', (await store.lease(KEY, STEP)).kind, 'held');
    equal('the fill of the next', await other.fill(next, newEntry('new')), 'stored');
    equal('a late fill again', await store.fill(lease, newEntry('old')), 'fenced');
    equal('the entry', await textOf(store), 'new');
  },

  async 'a lease that was released fills nothing'({ store }) {
    if (!store.promises.isFenced) return false;
    const lease = await take(store);
    await store.release(lease);
    equal('the fill', await store.fill(lease, newEntry('late')), 'fenced');
    equal('the entry', await entryOf(store), undefined);
  },

  async 'a lease ends in its time although the wall clock is set back'({ store, other, advance, setBack }) {
    if (!setBack || !isShared(store)) return false;
    await take(store, KEY, STEP * 4);
    await advance(STEP);
    setBack(STEP * 1000);
    equal('the lease before its end', (await other.lease(KEY, STEP)).kind, 'held');
    await advance(STEP * 4);
    await take(other);
  },

  async 'a lease fills once'({ store }) {
    if (!store.promises.isFenced) return false;
    const lease = await take(store);
    equal('the first fill', await store.fill(lease, newEntry('one')), 'stored');
    equal('the second fill', await store.fill(lease, newEntry('two')), 'fenced');
    equal('the entry', await textOf(store), 'one');
  },

  async 'who asks for a lease after another has filled gets the entry'({ store, other }) {
    await put(store, 'value');
    const answer = await other.lease(KEY, STEP);
    // The two are asked at different moments, so their ages may differ.
    const given = answer.kind === 'found' && { ...answer.entry, age: 0 };
    equal('the answer', given, { ...(await entryOf(other)), age: 0 });
    const seen = (await entryOf(other))?.token;
    const lease = await take(other, KEY, STEP * 50, seen);
    equal('the fill of a newer value', await other.fill(lease, newEntry('newer')), 'stored');
    equal('the answer for the older token', (await store.lease(KEY, STEP, seen)).kind, 'found');
  },

  async 'clients that wait are told of a fill and of a release'({ store, other }) {
    if (!store.promises.tellsFills) return false;
    let told = 0;
    (isShared(store) ? other : store).subscribe((event) => {
      if (event.kind === 'filled' && event.key.key === KEY.key && event.key.namespace === KEY.namespace) told++;
    });
    await store.release(await take(store));
    await until('the release', () => told === 1);
    await put(store, 'value');
    await until('the fill', () => told === 2);
  },
};
