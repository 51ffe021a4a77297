import * as fc from 'fast-check';
import { type MemoryStore, memoryStore, type Store } from 'memokit/store';
import type { StoreUnderTest } from 'memokit/testing';

/** A store in memory with two clients, a clock that the test moves, and an engine that the test can break for one of them. */
export function memoryStoreUnderTest(change: (client: MemoryStore) => Partial<Store> = () => ({})): StoreUnderTest {
  let time = 1_800_000_000_000;
  let isBroken = false;
  let isCalledByFirst = false;
  const clock = () => {
    // The clock is the only part of the engine that a test can reach.
    if (isBroken && isCalledByFirst) throw new Error('the engine is broken');
    return time;
  };
  const [first, other] = ((store) => [store, store.client()])(memoryStore({ clock })) as [MemoryStore, MemoryStore];
  const store = new Proxy(first, {
    get(_, name) {
      const value = Reflect.get(first, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        isCalledByFirst = true;
        try {
          return value.apply(first, args);
        } finally {
          isCalledByFirst = false;
        }
      };
    },
  });
  return {
    store: changedStore(store, change(store)),
    other: changedStore(other, change(other)),
    advance: (ms) => void (time += ms),
    setBack: (ms) => void (time -= ms),
    fail: () => void (isBroken = true),
  };
}

/** A store that has no answer at once, as a server has none. */
export function withoutSync(store: Store = memoryStore()): Store {
  return {
    state: store.state,
    promises: store.promises,
    read: (keys) => store.read(keys),
    lease: (...args) => store.lease(...args),
    fill: (...args) => store.fill(...args),
    renew: (...args) => store.renew(...args),
    release: (held) => store.release(held),
    invalidate: (...args) => store.invalidate(...args),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
  };
}

/** A store that does some things in another way. */
export function changedStore(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(_, name) {
      const owner = name in changes ? changes : store;
      const value = Reflect.get(owner, name);
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
}

/** Whether the entries of a property test have a store behind them, and which one. */
export const behind = {
  arbitrary: fc.boolean(),
  /** The options that put a store behind a definition, whose times follow the clock of the test. */
  options(isStored: boolean, clock: () => number = () => 0) {
    return isStored ? { store: memoryStore({ clock: () => 1_800_000_000_000 + clock() }), name: 'behind' } : {};
  },
};
