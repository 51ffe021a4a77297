import { keysOf } from '../platform.js';
import type { Invalidated, InvalidationMode, Store, StoreEvent, StoreKey } from '../store/store.js';
import { type CaseBody, entryOf, equal, KEY, newEntry, put, STEP, take, textOf, until } from './store-case.js';

const TAGGED = { tags: ['a', 'b'] };
const OTHER: StoreKey = { namespace: 'posts.get@1', key: '1' };
const BY_KEY: Invalidated = { keys: [KEY, { ...KEY, key: 'another' }] };
const BY_NAMESPACE: Invalidated = { namespace: KEY.namespace };
const BY_TAG: Invalidated = { tags: ['b', 'c'] };

/** The cases of the contract about invalidations. */
export const INVALIDATION_CASES: Record<string, CaseBody> = {
  'a key that is invalidated is a miss for every client': removes(BY_KEY),
  'a namespace that is invalidated is a miss for every client': removes(BY_NAMESPACE),
  'what has a tag that is invalidated is a miss for every client': removes(BY_TAG),
  'a key that is invalidated during its load is not filled': fences(BY_KEY),
  'a namespace that is invalidated during a load is not filled': fences(BY_NAMESPACE),
  'a tag that is invalidated during a load of it is not filled': fences(BY_TAG),
  'a key that expires can be read as stale': expires(BY_KEY),
  'what is in a namespace that expires can be read as stale': expires(BY_NAMESPACE),
  'what has a tag that expires can be read as stale': expires(BY_TAG),

  async 'an invalidation takes nothing back from an earlier one of the other mode'({ store, other }) {
    for (const what of store.promises.hasTags ? [BY_KEY, BY_NAMESPACE, BY_TAG] : [BY_KEY]) {
      for (const modes of [
        ['remove', 'expire'],
        ['expire', 'remove'],
      ] as const) {
        await put(store, 'old', KEY, TAGGED);
        for (const mode of modes) equal('an invalidation', await other.invalidate(what, mode), true);
        for (const client of [store, other]) equal(`the entry after ${modes}`, await textOf(client), undefined);
      }
    }
  },

  async 'a namespace is told apart from those that begin as it does or are written alike'({ store, other }) {
    if (!store.promises.hasTags) return false;
    const kept = ['users.get@10', 'users.get', 'Users.get@1', 'users.get@1 ', 'users.get@1:', 'é', ''];
    for (const namespace of kept) await put(store, namespace, { namespace, key: '1' });
    await put(store, 'old');
    for (const namespace of [KEY.namespace, 'e\u0301']) await other.invalidate({ namespace });
    equal('the entry', await textOf(store), undefined);
    for (const namespace of kept)
      equal(`that of ${namespace}`, await textOf(store, { namespace, key: '1' }), namespace);
  },

  async 'each of the tags of an entry ends it, and none that is written alike'({ store, other }) {
    if (!store.promises.hasTags) return false;
    const tags = ['a', 'b,c', 'é', 'D', 'a:b', '', ' e', '\ud800'];
    const keyOf = (tag: string) => ({ ...KEY, key: `of ${tags.indexOf(tag)}` });
    await put(store, 'kept', KEY, { tags });
    for (const tag of ['b', 'c', 'a,b,c', 'e\u0301', 'd', 'A', 'e', ':b', '\udfff'])
      await other.invalidate({ tags: [tag] });
    equal('the entry after other tags', await textOf(store), 'kept');
    for (const tag of tags) await put(store, tag, keyOf(tag), { tags });
    for (const tag of tags) {
      await put(store, 'again', keyOf(tag), { tags });
      await other.invalidate({ tags: [tag] });
      equal(`the entry after its tag '${tag}'`, await textOf(store, keyOf(tag)), undefined);
    }
  },

  async 'a lease does not find an entry that its tag or namespace has expired'({ store, other }) {
    if (!store.promises.hasTags) return false;
    for (const what of [BY_NAMESPACE, BY_TAG]) {
      await put(store, 'old', KEY, TAGGED);
      await other.invalidate(what, 'expire');
      const answer = await store.lease(KEY, STEP * 50);
      equal(`the answer after ${keysOf(what)}`, answer.kind, 'taken');
      if (answer.kind === 'taken') await store.release(answer.lease);
    }
  },

  async 'the next load after an invalidation begins at once'({ store, other }) {
    if (!store.promises.isFenced) return false;
    const late = await take(store);
    await other.invalidate(BY_KEY);
    const next = await take(other);
    equal('the fill of the older load', await store.fill(late, newEntry('old')), 'fenced');
    equal('the fill of the newer load', await other.fill(next, newEntry('new')), 'stored');
    equal('the entry', await textOf(store), 'new');
  },

  async 'a fill that is refused ends its lease'({ store, other }) {
    if (!store.promises.isFenced || !store.promises.hasTags) return false;
    const lease = await take(store);
    await other.invalidate(BY_TAG);
    equal('the fill', await store.fill(lease, newEntry('old', TAGGED)), 'fenced');
    await take(other);
  },

  async 'listeners of the other clients are told of each invalidation, in order'({ store, other, advance }) {
    if (store.promises.coherence === Infinity) return false;
    const told: StoreEvent[] = [];
    const own: StoreEvent[] = [];
    other.subscribe((event) => told.push(event));
    store.subscribe((event) => own.push(event));
    const all = ([BY_KEY, BY_NAMESPACE, BY_TAG] as const).flatMap((what) =>
      (['remove', 'expire'] as const).map((mode) => ({ kind: 'invalidated', what, mode })),
    );
    for (const { what, mode } of all) equal('an invalidation', await store.invalidate(what, mode), true);
    await pollAfter(other, advance);
    await pollAfter(store, advance);
    await until('the last invalidation', () => invalidationsOf(told).length >= all.length);
    equal('what the other client is told', invalidationsOf(told), all);
    equal('what the client itself is told', invalidationsOf(own), []);
  },

  async 'a listener is told nothing after it was taken off'({ store, other, advance }) {
    if (store.promises.coherence === Infinity) return false;
    const told: StoreEvent[] = [];
    const kept: StoreEvent[] = [];
    const stop = other.subscribe((event) => told.push(event));
    other.subscribe((event) => kept.push(event));
    stop();
    stop();
    await store.invalidate(BY_KEY);
    await pollAfter(other, advance);
    await until('the invalidation', () => invalidationsOf(kept).length > 0);
    equal('the events', [told.length, invalidationsOf(kept).length], [0, 1]);
  },
};

function removes(what: Invalidated): CaseBody {
  return async ({ store, other }) => {
    if (!('keys' in what || store.promises.hasTags)) return false;
    await put(store, 'old', KEY, TAGGED);
    await put(store, 'kept', OTHER, { tags: ['a'] });
    equal('an invalidation', await other.invalidate(what), true);
    for (const client of [store, other]) {
      equal('the entry', await entryOf(client), undefined);
      equal('an entry that was not named', await textOf(client, OTHER), 'kept');
    }
    await put(store, 'new', KEY, TAGGED);
    equal('the next entry', await textOf(other), 'new');
  };
}

function fences(what: Invalidated): CaseBody {
  return async ({ store, other }) => {
    if (!store.promises.isFenced || !('keys' in what || store.promises.hasTags)) return false;
    for (const mode of ['remove', 'expire'] as InvalidationMode[]) {
      for (const client of [store, other]) {
        const [lease, kept] = [await take(store), await take(store, OTHER)];
        await client.invalidate(what, mode);
        equal(`the fill, with ${mode}`, await store.fill(lease, newEntry('old', TAGGED)), 'fenced');
        equal('the entry', await entryOf(other), undefined);
        equal('the fill of what was not named', await store.fill(kept, newEntry('kept', { tags: ['a'] })), 'stored');
        await store.invalidate({ keys: [OTHER] });
      }
    }
  };
}

function expires(what: Invalidated): CaseBody {
  return async ({ store, other, advance }) => {
    if (!('keys' in what || store.promises.hasTags)) return false;
    await put(store, 'old', KEY, { ...TAGGED, ttl: STEP * 10 });
    await put(store, 'kept', OTHER, { tags: ['a'] });
    await other.invalidate(what, 'expire');
    const entry = await entryOf(store);
    equal('the stale entry', [await textOf(store), entry?.isExpired], ['old', true]);
    equal('an entry that was not named', (await entryOf(store, OTHER))?.isExpired, false);
    // Nobody needs to have seen the stale entry to load anew.
    await store.release(await take(store));
    await put(other, 'new', KEY, { ...TAGGED, ttl: STEP * 10 });
    equal('the next entry', [await textOf(store), (await entryOf(store))?.isExpired], ['new', false]);
    await other.invalidate(what, 'expire');
    await advance(STEP * 10);
    equal('the stale entry after its ttl', await entryOf(store), undefined);
  };
}

/** Has a client tell its listeners, after the time in which it may not know of the latest yet. */
async function pollAfter(store: Store, advance: (ms: number) => unknown): Promise<void> {
  await advance(store.promises.coherence);
  // The store may measure this time by a clock that the test cannot move.
  await new Promise((resolve) => setTimeout(resolve, store.promises.coherence * 1.2));
  store.poll?.();
}

function invalidationsOf(events: readonly StoreEvent[]): StoreEvent[] {
  return events.filter(({ kind }) => kind !== 'filled');
}
