import { imul, random } from './platform.js';

/**
 * A Map for keys that strangers may choose. Engines hash numbers and bigints without a seed: somebody who chooses them can
 * have all of them in one bucket, and each look through that bucket takes O(keys). Once it holds more than a few keys, this
 * map scrambles numbers and bigints by a secret.
 */
export class ScrambledMap<K, V> {
  // Not private: a look-up has to stay small, so that the engine puts it in place of its call.
  protected map = new Map<unknown, V>();
  /** The factor of whole numbers: the secret one once numbers are scrambled, and 1 before. */
  protected factor = 1;

  get size(): number {
    return this.map.size;
  }

  has(key: K): boolean {
    return this.map.has(this.#scrambled(key));
  }

  get(key: K): V | undefined {
    const { map } = this;
    if (this.factor !== 1) return map.get(scrambled(key));
    // The engine looks a whole number up without a call where it knows that it is one.
    return typeof key === 'number' && (key | 0) === key ? map.get(key | 0) : map.get(key);
  }

  set(key: K, value: V): void {
    if (this.factor === 1 && this.map.size >= FEW && (typeof key === 'number' || typeof key === 'bigint')) {
      const { factor } = secretOfProcess();
      this.map = new Map([...this.map].map(([other, its]) => [scrambled(other), its]));
      this.factor = factor;
    }
    const token = this.#scrambled(key);
    try {
      this.map.set(token, value);
    } catch (error) {
      // A Map has room for 2^24 entries, deleted ones included, which it drops only when they are at least half.
      if (this.map.size < 2 ** 23) throw error;
      this.map = new Map(this.map).set(token, value);
    }
  }

  delete(key: K): boolean {
    return this.map.delete(this.#scrambled(key));
  }

  clear(): void {
    this.map.clear();
  }

  values(): IterableIterator<V> {
    return this.map.values();
  }

  #scrambled(key: unknown): unknown {
    return this.factor === 1 ? key : scrambled(key);
  }
}

/** The largest number of keys that are not scrambled. A bucket that holds all of them is still short. */
const FEW = 128;

/** Random numbers of one process, which a caller cannot guess. */
export interface Secret {
  /** Two odd factors of 30 bits. */
  readonly factor: number;
  readonly otherFactor: number;
  readonly bigFactor: bigint;
  /** At least 2^63, and less than 2^64. */
  readonly modulus: bigint;
}

let drawn: Secret | undefined;

/** Returns the secret of this process. Draws it at the first call, as some platforms have no randomness while they load. */
export function secretOfProcess(): Secret {
  if (drawn === undefined) {
    const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(randomWord) as [number, number, number, number, number, number];
    const bigFactor = BigInt(c) * BigInt(d) * 2n + 1n;
    drawn = {
      factor: (a >>> 2) | 3,
      otherFactor: (b >>> 2) | 1,
      bigFactor,
      modulus: 2n ** 63n + BigInt(e) * BigInt(f >>> 1),
    };
  }
  return drawn;
}

/**
 * Draws 32 random bits. A caller that sees enough results of `Math.random` can predict the next one, but not the nanoseconds of
 * the clock.
 * `crypto` would take Node 10 to 40 milliseconds to load.
 */
function randomWord(): number {
  const clock = globalThis.performance ?? Date;
  let word = 0;
  for (let i = 0; i < 16; i++) word = imul(word ^ (random() * 2 ** 32) ^ (clock.now() * 2 ** 20), 0x9e3779b1);
  return word >>> 0;
}

/**
 * Mixes a whole number of 32 bits into another. Two numbers are never mixed into the same. Three rounds spread every set of
 * numbers; after two, those that differ in their upper bits alone may lie close.
 */
export function mixed(number: number, { factor, otherFactor }: Secret): number {
  const first = imul(number, factor);
  const second = imul(first ^ (first >>> 15), otherFactor);
  return imul(second ^ (second >>> 15), factor);
}

/**
 * Returns the key of the Map for a key: another number for a number, another bigint for a bigint, and any other key itself.
 * One factor is enough for a whole number, because the engine's hash mixes the product.
 */
function scrambled(key: unknown): unknown {
  if (typeof key === 'string') return key;
  const secret = secretOfProcess();
  if (typeof key === 'number') return (key | 0) === key ? imul(key, secret.factor) : scrambledDouble(key, secret);
  return typeof key === 'bigint' ? (key << 64n) + ((key * secret.bigFactor) % secret.modulus) : key;
}

/** Mixes the lower half of a double, until it is no whole number of 32 bits. The upper half keeps it finite. */
function scrambledDouble(key: number, secret: Secret): number {
  if (key - key !== 0) return key;
  let double = key;
  do {
    view.setFloat64(0, double);
    view.setInt32(4, mixed(view.getInt32(4) ^ mixed(view.getInt32(0), secret), secret));
    double = view.getFloat64(0);
  } while ((double | 0) === double);
  return double;
}

const view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));
