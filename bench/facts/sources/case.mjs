/**
 * A case of a source: what callers get when the source behind a cache is slow, fails or changes.
 *
 * - `title`: the behaviour, as it is when it is right.
 * - `needs`: what a peer has to offer for it to make sense, in the words of `features.mjs`.
 * - `run(peer)`: as of the cases of calls.
 */
import { sleep } from '../cases/case.mjs';

/** Milliseconds that entries live, unless a peer counts in larger units. */
const TTL = 300;

/** Milliseconds in which what needs no load is answered, also on a busy machine. */
const PROMPT = 100;

export const ttlOf = (peer) => peer.ttl ?? TTL;

/** An origin: counts its loads, and can be held, fail and say how it was asked. */
export class Origin {
  loads = 0;
  failure = undefined;
  /** The signal that the last load was given. */
  signal = undefined;
  #version = 'old';
  #held = Promise.resolve();

  /** What a peer memoizes. */
  load = async (id, signal) => {
    this.loads++;
    this.signal = signal;
    const { failure } = this;
    const value = `${id} ${this.#version}`;
    await this.#held;
    if (failure !== undefined) throw failure;
    return value;
  };

  /** From now on, loads give another value. */
  change() {
    this.#version = 'new';
  }

  /** Loads that begin from now on wait until the returned function is called. */
  hold() {
    let release;
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      release();
      this.#held = Promise.resolve();
      return settle();
    };
  }
}

/** Waits until a peer has done what it does a few ticks later. */
export function settle() {
  return sleep(10);
}

/** What a call came to when it is given no time to load: `{ value }`, `{ error }`, or nothing while it waits. */
export function outcomeOf(call, milliseconds = PROMPT) {
  const settled = Promise.resolve(call).then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  return Promise.race([settled, sleep(milliseconds).then(() => ({}))]);
}

/** A peer's cache of an origin that holds one entry, which is past its ttl. */
export async function expired(peer, wanted) {
  const ttl = ttlOf(peer);
  const origin = new Origin();
  const source = (await peer.open(wanted)).source('users', origin.load, { ...wanted, ttl });
  if ((await source.get('a')) !== 'a old') throw new Error('the first call gives no value');
  origin.change();
  await sleep(1.5 * ttl);
  return { origin, source };
}
