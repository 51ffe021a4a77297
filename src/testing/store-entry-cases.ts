import type { Store, StoreKey } from '../store/store.js';
import { monotonic } from '../time/clock.js';
import {
  between,
  bytesOf,
  type CaseBody,
  entryOf,
  equal,
  KEY,
  newEntry,
  put,
  STEP,
  take,
  textOf,
} from './store-case.js';

/** The cases of the contract about reading and filling, failures and the end. */
export const ENTRY_CASES: Record<string, CaseBody> = {
  async 'what one client fills, every client reads, byte by byte'({ store, other }) {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const large = new Uint8Array(1_000_000).fill(7);
    for (const [index, value] of [all, new Uint8Array(), large].entries()) {
      const key = { ...KEY, key: `${index}` };
      equal(
        'the answer of a fill',
        await store.fill(await take(store, key), { value, ttl: Infinity, tags: ['a', ''] }),
        'stored',
      );
      for (const client of [store, other]) {
        const entry = await entryOf(client, key);
        const isSame = entry?.value.length === value.length && value.every((byte, at) => entry.value[at] === byte);
        equal(`whether ${value.length} bytes come back`, isSame, true);
        equal('the tags', entry?.tags, ['a', '']);
        equal('whether it is expired', entry?.isExpired, false);
      }
    }
  },

  async 'the bytes of an entry change with no array of the client'({ store }) {
    const value = bytesOf('one');
    await store.fill(await take(store), { value, ttl: Infinity, tags: [] });
    value.fill(0);
    const read = await entryOf(store);
    await put(store, 'two');
    equal('the bytes that were filled', read?.value, bytesOf('one'));
  },

  async 'keys are told apart by both of their texts, however long'({ store, other }) {
    const long = 'x'.repeat(5000);
    const texts = ['', 'a', 'A', ' a', 'a ', 'é', 'e\u0301', '\0', 'a\0', '\ud800', '\udfff', '\ufffd'];
    // The last two differ by their ends, after more characters than any of the others has.
    texts.push(`${long}1`, `${long}2`, `${long}${long}1`, `${long}${long}2`);
    const keys: StoreKey[] = texts.map((key) => ({ namespace: 'n', key }));
    keys.push({ namespace: 'na', key: '' }, { namespace: '', key: 'na' }, { namespace: `${long}3`, key: long });
    const splits = ['a:b|', 'a|:b', 'a:|b', 'a|b', 'A|b', 'a |b', 'a| b', '\ud800|b', '\udfff|b', 'é|b', 'e\u0301|b'];
    for (const [namespace, key] of splits.map((split) => split.split('|') as [string, string]))
      keys.push({ namespace, key });
    for (const [index, key] of keys.entries()) await put(store, `value ${index}`, key);
    for (const [index, key] of keys.entries()) equal(`entry ${index}`, await textOf(other, key), `value ${index}`);
  },

  async 'a part of a larger buffer, and more than a million bytes, come back whole'({ store, other }) {
    const buffer = Uint8Array.from({ length: 1_300_000 }, (_, index) => index % 251);
    for (const value of [buffer.subarray(7, 20), buffer.subarray(100, 1_200_001)]) {
      await put(store, '', KEY, { value });
      const read = (await entryOf(other))?.value;
      const isSame = read?.length === value.length && value.every((byte, at) => read[at] === byte);
      equal(`whether ${value.length} bytes come back`, isSame, true);
    }
  },

  async 'a ttl of more milliseconds than a timer can have is kept'({ store, other, advance }) {
    const ttl = 2 ** 31 * 1.5;
    await put(store, 'value', KEY, { ttl });
    await advance(STEP);
    between('the rest', (await entryOf(other))?.left, ttl - STEP * 100, ttl - 1);
  },

  async 'a read answers any number of keys in their order'({ store }) {
    equal('a read of no keys', await store.read([]), []);
    const keys = Array.from({ length: 600 }, (_, index) => ({ namespace: 'n', key: `${index % 550}` }));
    for (const index of [3, 300, 549]) await put(store, `${index}`, { namespace: 'n', key: `${index}` });
    const found = (await store.read(keys)).map((entry) => entry && String.fromCharCode(...entry.value));
    equal(
      'the answers',
      found,
      keys.map(({ key }) => (['3', '300', '549'].includes(key) ? key : undefined)),
    );
  },

  async 'a fill replaces the entry, and no two fills have the same token'({ store, other }) {
    const tokens = new Set<string | undefined>();
    for (let fill = 0; fill < 5; fill++) {
      await put(fill % 2 ? store : other, `${fill}`);
      equal('the value', await textOf(store), `${fill}`);
      tokens.add((await entryOf(store))?.token);
    }
    equal('the number of tokens', tokens.size, 5);
  },

  async 'an entry ends with its ttl, and says how old it is'({ store, other, advance }) {
    const ttl = STEP * 10;
    // A busy machine takes time of its own, which the entry ages by too.
    const start = monotonic();
    await put(store, 'short', KEY, { ttl });
    await put(store, 'long', { ...KEY, key: '2' });
    for (const passed of [0, STEP]) {
      await advance(passed);
      const entry = await entryOf(other);
      between(`the age after ${passed} ms`, entry?.age, passed * 0.9, passed + monotonic() - start + STEP / 2);
      between('the age and the rest', entry && entry.age + entry.left, ttl - 2, ttl + 2);
    }
    await advance(ttl - STEP);
    for (const client of [store, other]) equal('the entry after its ttl', await entryOf(client), undefined);
    equal('the rest of an entry without end', (await entryOf(other, { ...KEY, key: '2' }))?.left, Infinity);
  },

  async 'a wall clock that is set back makes no entry live longer'({ store, other, advance, setBack }) {
    if (!setBack) return false;
    await put(store, 'short', KEY, { ttl: STEP * 4 });
    await advance(STEP * 2);
    await put(store, 'another', { ...KEY, key: '2' });
    setBack(STEP * 1000);
    await put(other, 'later', { ...KEY, key: '3' });
    await advance(STEP * 2);
    for (const client of [store, other]) equal('the entry after its ttl', await textOf(client), undefined);
    equal('an entry of after', await textOf(store, { ...KEY, key: '3' }), 'later');
  },

  async 'a wall clock that is set back makes no entry live longer for clients that only read'(given) {
    const { store, other, advance, setBack } = given;
    if (!setBack) return false;
    await put(store, 'short', KEY, { ttl: STEP * 4 });
    await advance(STEP);
    setBack(STEP * 1000);
    for (const client of [store, other]) equal('the entry before its end', await textOf(client), 'short');
    await advance(STEP * 4);
    for (const client of [store, other]) equal('the entry after its ttl', await textOf(client), undefined);
  },

  async 'an engine that fails is a miss and a state, and no error'({ store, other, fail }) {
    if (!fail) return false;
    await put(store, 'kept');
    const [lease, lost] = [await take(store, { ...KEY, key: '2' }), await take(store, { ...KEY, key: '3' })];
    equal('the status before', store.state.status, 'working');
    await fail();
    await expectNothing(store, lease, lost);
    equal('the status', store.state.status, 'failing');
    equal('whether failures are counted', store.state.failures > 0 && store.state.error !== undefined, true);
    equal('the entry for another client', await textOf(other), 'kept');
  },

  async 'a closed client answers as if the engine failed, and the others go on'({ store, other }) {
    await put(store, 'kept');
    const [lease, lost] = [await take(store, { ...KEY, key: '2' }), await take(store, { ...KEY, key: '3' })];
    await store.close();
    await store.close();
    await expectNothing(store, lease, lost);
    equal('the status', store.state.status, 'closed');
    equal('the entry for another client', await textOf(other), 'kept');
  },

  async 'a store that can answer at once has every method for it, with the same effects'({ store, other }) {
    const names = ['readSync', 'leaseSync', 'fillSync', 'renewSync', 'releaseSync', 'invalidateSync'] as const;
    const missing = names.filter((name) => typeof store[name] !== 'function');
    if (missing.length === names.length) return false;
    equal('the methods that are missing', missing, []);
    const { readSync, leaseSync, fillSync, renewSync, releaseSync, invalidateSync } = store as Required<Store>;
    const lease = (seen?: string) => {
      const answer = leaseSync.call(store, KEY, STEP * 50, seen);
      if (answer.kind !== 'taken') throw new Error(`a free lease: expected it to be taken, but got: ${answer.kind}`);
      return answer.lease;
    };
    releaseSync.call(store, lease());
    const taken = lease();
    equal('a held lease', (await other.lease(KEY, STEP)).kind, 'held');
    equal('a renewal', renewSync.call(store, taken, STEP * 50), true);
    equal('a fill', fillSync.call(store, taken, newEntry('value')), 'stored');
    equal('the entry', await textOf(other), 'value');
    equal('the entry, read at once', readSync.call(store, [KEY])[0]?.value, bytesOf('value'));
    equal('an invalidation', invalidateSync.call(store, { keys: [KEY] }), true);
    equal('the entry after it', await entryOf(other), undefined);
  },

  async 'a time that is none is refused'({ store }) {
    const lease = await take(store);
    const times = [0, -1, Number.NaN];
    const other = { ...KEY, key: '2' };
    const calls = times.flatMap((time) => [
      () => store.lease(other, time),
      () => store.renew(lease, time),
      () => store.fill(lease, newEntry('', { ttl: time })),
    ]);
    for (const call of calls) {
      const answer = await call().then(
        () => 'an answer',
        () => 'an error',
      );
      equal('the outcome', answer, 'an error');
    }
  },
};

/** Tries each method of a client whose engine does nothing. */
async function expectNothing(store: Store, lease: Parameters<Store['fill']>[0], lost: typeof lease): Promise<void> {
  equal('a read', await store.read([KEY, KEY]), [undefined, undefined]);
  equal('a lease', await store.lease({ ...KEY, key: '4' }, STEP), { kind: 'unavailable' });
  equal('a renewal', await store.renew(lease, STEP), false);
  equal('a fill', await store.fill(lease, newEntry('lost')), 'unavailable');
  equal('a release', await store.release(lost), undefined);
  equal('an invalidation', await store.invalidate({ keys: [KEY] }), false);
}
