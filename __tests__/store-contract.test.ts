import { expect, test } from '@jest/globals';
import type { MemoryStore, Store, StoredEntry, StoreKey } from 'memokit/store';
import { storeContract } from 'memokit/testing';
import { memoryStoreUnderTest } from './support/stores.js';

for (const { name, run } of storeContract(() => memoryStoreUnderTest())) {
  test(`memoryStore keeps the contract: ${name}`, async () => {
    expect(await run()).toBe('passed');
  });
}

type Fault = (store: MemoryStore) => Partial<Store>;

/** Changes what a read gives. */
const onRead =
  (change: (entry: StoredEntry | undefined, key: StoreKey) => StoredEntry | undefined): Fault =>
  (store) => ({
    read: async (keys) => (await store.read(keys)).map((entry, index) => change(entry, keys[index]!)),
  });

const isEternal: Fault = (store) => ({ fill: (lease, entry) => store.fill(lease, { ...entry, ttl: Infinity }) });
const isDeaf: Fault = () => ({ invalidate: async () => true });
const isUnfenced: Fault = (store) => ({
  async fill(lease, entry) {
    const answer = await store.fill(lease, entry);
    if (answer !== 'fenced') return answer;
    await store.invalidate({ keys: [lease.key] });
    const again = await store.lease(lease.key, 1000);
    return again.kind === 'taken' ? store.fill(again.lease, entry) : answer;
  },
});
const isForgetful: Fault = (store) => ({ invalidate: (what) => store.invalidate(what, 'remove') });

/** A store that changes the texts of keys, or of what is invalidated, as an engine could. */
const onKeys =
  (change: (key: StoreKey) => StoreKey): Fault =>
  (store) => ({
    read: (keys) => store.read(keys.map(change)),
    lease: (key, ms, seen) => store.lease(change(key), ms, seen),
  });
const onTags =
  (change: (tag: string) => string[], most = Infinity): Fault =>
  (store) => ({
    fill: (lease, entry) => store.fill(lease, { ...entry, tags: entry.tags.slice(0, most).flatMap(change) }),
    invalidate: (what, mode) => store.invalidate('tags' in what ? { tags: what.tags.flatMap(change) } : what, mode),
  });
const onTexts = (change: (text: string) => string): Fault =>
  onKeys(({ namespace, key }) => ({ namespace: change(namespace), key: change(key) }));
const wellFormed = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text));

const KEYS_CASE = 'keys are told apart by both of their texts, however long';
const TAGS_CASE = 'each of the tags of an entry ends it, and none that is written alike';

const KEY_OF_CASES: StoreKey = { namespace: 'users.get@1', key: '1' };
let removed: StoredEntry | undefined;

/** A fault for each case of the contract, which the case has to notice. */
const FAULTS: Record<string, Fault> = {
  'a lease has one holder among all clients': (store) => ({
    async lease(key, ms, seen) {
      const answer = await store.lease(key, ms, seen);
      return answer.kind === 'held' ? { kind: 'taken', lease: { key, token: 'mine too', clock: 0 } } : answer;
    },
  }),
  'a lease ends by itself, and says when': (store) => ({ lease: (key, _, seen) => store.lease(key, Infinity, seen) }),
  'a lease that is renewed lasts': () => ({ renew: async () => true }),
  'a key that is replaced has no entry and a new holder, and later invalidations fence its fill': (store) => ({
    replace: async (key, ms) => {
      const answer = await store.lease(key, ms, (await store.read([key]))[0]?.token);
      return answer.kind === 'taken' ? answer.lease : undefined;
    },
  }),
  'a lease that has ended cannot be renewed, even if nobody has taken it': () => ({ renew: async () => true }),
  'a release gives the lease to the next, and a late one takes it from nobody': (store) => ({
    release: async ({ key }) => void (await store.invalidate({ keys: [key] })),
  }),
  'a holder that lost its lease fills nothing, even if nobody has taken it': isUnfenced,
  'a holder that lost its lease disturbs the next one in nothing': isUnfenced,
  'a lease fills once': isUnfenced,
  'who asks for a lease after another has filled gets the entry': (store) => ({
    lease: async (key, ms) => store.lease(key, ms, (await store.read([key]))[0]?.token),
  }),
  'clients that wait are told of a fill and of a release': () => ({ subscribe: () => () => {} }),
  'what one client fills, every client reads, byte by byte': onRead(
    (entry) => entry && { ...entry, value: entry.value.map((byte) => byte & 127) },
  ),
  'the bytes of an entry change with no array of the client': (store) => {
    let last: Uint8Array | undefined;
    return {
      fill: (lease, entry) => store.fill(lease, { ...entry, value: (last = entry.value) }),
      read: async (keys) => (await store.read(keys)).map((entry) => entry && last && { ...entry, value: last }),
    };
  },
  'keys are told apart by both of their texts, however long': (store) => {
    const cut = ({ namespace, key }: StoreKey) => ({ namespace: '', key: (namespace + key).slice(0, 4000) });
    return {
      read: (keys) => store.read(keys.map(cut)),
      lease: (key, ms, seen) => store.lease(cut(key), ms, seen),
    };
  },
  'a read answers any number of keys in their order': (store) => ({
    read: (keys) => store.read([...new Set(keys)].slice(0, 256)),
  }),
  'a fill replaces the entry, and no two fills have the same token': onRead(
    (entry) => entry && { ...entry, token: 'same' },
  ),
  'an entry ends with its ttl, and says how old it is': isEternal,
  'a wall clock that is set back makes no entry live longer': isEternal,
  'a wall clock that is set back makes no entry live longer for clients that only read': isEternal,
  'an engine that fails is a miss and a state, and no error': (store) => ({
    async read(keys) {
      const entries = await store.read(keys);
      if (store.state.status === 'failing') throw store.state.error;
      return entries;
    },
  }),
  'a closed client answers as if the engine failed, and the others go on': () => ({ close: async () => {} }),
  'a store that can answer at once has every method for it, with the same effects': () => ({
    renewSync: undefined as never,
  }),
  'a time that is none is refused': (store) => ({ lease: (key, ms, seen) => store.lease(key, ms || 1, seen) }),
  'a key that is invalidated is a miss for every client': isDeaf,
  'a namespace that is invalidated is a miss for every client': isDeaf,
  'what has a tag that is invalidated is a miss for every client': isDeaf,
  'a key that is invalidated during its load is not filled': isDeaf,
  'a namespace that is invalidated during a load is not filled': isDeaf,
  'a tag that is invalidated during a load of it is not filled': isUnfenced,
  'a key that expires can be read as stale': isForgetful,
  'what is in a namespace that expires can be read as stale': isForgetful,
  'what has a tag that expires can be read as stale': isForgetful,
  'the next load after an invalidation begins at once': isUnfenced,
  'a fill that is refused ends its lease': (store) => ({
    async fill(lease, entry) {
      const answer = await store.fill(lease, entry);
      if (answer === 'fenced') await store.lease(lease.key, 1000);
      return answer;
    },
  }),
  'listeners of the other clients are told of each invalidation, in order': (store) => {
    const heard = new Set<string>();
    return {
      subscribe: (listener) =>
        store.subscribe((event) => {
          const text = event.kind + ('mode' in event && Object.keys(event.what)[0]);
          if (!heard.has(text)) listener(event);
          heard.add(text);
        }),
    };
  },
  'a part of a larger buffer, and more than a million bytes, come back whole': (store) => ({
    fill: (lease, entry) => store.fill(lease, { ...entry, value: new Uint8Array(entry.value.buffer as ArrayBuffer) }),
  }),
  'a ttl of more milliseconds than a timer can have is kept': (store) => ({
    fill: (lease, entry) => store.fill(lease, { ...entry, ttl: entry.ttl > 2 ** 31 ? 1 : entry.ttl }),
  }),
  'a lease that was released fills nothing': () => ({ release: async () => {} }),
  'a lease ends in its time although the wall clock is set back': (store) => ({
    lease: (key, _, seen) => store.lease(key, Infinity, seen),
  }),
  'an invalidation takes nothing back from an earlier one of the other mode': (store) => ({
    async read(keys) {
      const entries = await store.read(keys);
      return entries.map((entry) => entry ?? removed);
    },
    async invalidate(what, mode) {
      // It makes the entry that was removed a stale one.
      if (mode === 'remove') removed = (await store.read([KEY_OF_CASES]))[0];
      return store.invalidate(what, mode);
    },
  }),
  'a namespace is told apart from those that begin as it does or are written alike': (store) => ({
    async invalidate(what, mode) {
      if (!('namespace' in what)) return store.invalidate(what, mode);
      for (const more of ['', '0']) await store.invalidate({ namespace: what.namespace + more }, mode);
      return true;
    },
  }),
  [TAGS_CASE]: onTags((tag) => [tag.trim()]),
  'a lease does not find an entry that its tag or namespace has expired': (store) => ({
    async lease(key, ms, seen) {
      const [entry] = await store.read([key]);
      return entry?.isExpired && seen === undefined ? { kind: 'found', entry } : store.lease(key, ms, seen);
    },
  }),
  'a listener is told nothing after it was taken off': (store) => ({
    subscribe(listener) {
      store.subscribe(listener);
      return () => {};
    },
  }),
};

/** More faults that a case has to notice. */
const MORE_FAULTS: [string, Fault][] = [
  [KEYS_CASE, onKeys(({ namespace, key }) => ({ namespace: '', key: `${namespace}:${key}` }))],
  [KEYS_CASE, onTexts((text) => text.trim())],
  [KEYS_CASE, onTexts((text) => text.toLowerCase())],
  [KEYS_CASE, onTexts((text) => text.normalize())],
  [KEYS_CASE, onTexts(wellFormed)],
  [KEYS_CASE, onTexts((text) => text.slice(0, 5001))],
  [TAGS_CASE, onTags((tag) => tag.split(','))],
  [TAGS_CASE, onTags((tag) => [tag.toLowerCase()])],
  [TAGS_CASE, onTags((tag) => [tag.normalize()])],
  [TAGS_CASE, onTags((tag) => [wellFormed(tag)])],
  [TAGS_CASE, onTags((tag) => [tag], 2)],
  [
    'a part of a larger buffer, and more than a million bytes, come back whole',
    (store) => ({
      fill: (lease, entry) => store.fill(lease, { ...entry, value: entry.value.slice(0, 1e6) }),
    }),
  ],
  [
    'a time that is none is refused',
    (store) => ({ fill: (lease, entry) => store.fill(lease, { ...entry, ttl: entry.ttl || 1 }) }),
  ],
];

test('each case of the contract notices a store that breaks it', async () => {
  const names = storeContract(() => memoryStoreUnderTest()).map(({ name }) => name);
  expect(Object.keys(FAULTS).sort()).toEqual([...names].sort());
  const unnoticed: string[] = [];
  // All at once, as some cases wait for messages that do not come.
  const tried = [...Object.entries(FAULTS), ...MORE_FAULTS].map(async ([name, fault]) => {
    const { run } = storeContract(() => memoryStoreUnderTest(fault)).find((one) => one.name === name)!;
    const outcome = await run().catch((error: Error) => error);
    if (!(outcome instanceof Error && /: expected /.test(outcome.message)) && !/engine is broken/.test(String(outcome)))
      unnoticed.push(`${name}: ${outcome}`);
  });
  await Promise.all(tried);
  expect(unnoticed).toEqual([]);
});

test('a case that a store does not promise is skipped', async () => {
  const promises = {
    leases: 'none',
    isFenced: false,
    hasTags: false,
    coherence: Infinity,
    tellsFills: false,
    isDurable: false,
  } as const;
  const cases = storeContract(() => {
    const { store, other, advance } = memoryStoreUnderTest(() => ({ promises }));
    return { store, other, advance };
  });
  const outcomes = await Promise.all(cases.map(({ run }) => run()));
  expect(outcomes.filter((outcome) => outcome === 'skipped').length).toBe(29);
  expect(outcomes.filter((outcome) => outcome === 'passed').length).toBe(cases.length - 29);
});
