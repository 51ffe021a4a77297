import { requireOption } from '../validate.js';

/**
 * A codec: it turns a value into bytes, and the bytes into an equal value. It refuses a value that would come back as
 * another one, and bytes that it did not write.
 */
export interface Codec {
  /** The name that stands in the header of an entry. Entries that a codec of another name wrote are a miss. */
  readonly name: string;
  /** Whether neither method returns a promise. A store that reads synchronously needs such a codec. */
  readonly isSync: boolean;
  /**
   * Encodes a value. `bound` are bytes that stay outside, such as the header of the entry: a codec with a secret
   * authenticates them together with the value. @throws CodecError, or rejects with it, when the value cannot be stored.
   */
  encode(value: unknown, bound?: Uint8Array): Uint8Array | PromiseLike<Uint8Array>;
  /** Decodes a value, or returns a promise of it. Throws or rejects when it cannot read the bytes. */
  decode(bytes: Uint8Array, bound?: Uint8Array): unknown;
}

/** @throws OptionError unless a wrapper was given a codec. */
export function requireCodec(wrapper: string, codec: Codec): void {
  const { name, encode, decode } = codec ?? {};
  const isCodec = typeof name === 'string' && typeof encode === 'function' && typeof decode === 'function';
  requireOption(isCodec, wrapper, 'a codec first, such as portable()', codec);
}

/** A codec whose methods return no promises. */
export interface SyncCodec extends Codec {
  readonly isSync: true;
  encode(value: unknown, bound?: Uint8Array): Uint8Array;
}

/** How a codec stores the instances of one class. */
export interface StoredClass<T = any, P = any> {
  /** The name of the class in the bytes. It stays the same when the class is renamed. */
  readonly name: string;
  /** The class itself. Instances of its subclasses are not included. */
  readonly class: abstract new (
    ...args: any[]
  ) => T;
  /** Returns what to store of an instance: any value that the codec can store. */
  encode(instance: T): P;
  /** Makes an instance of what `encode` returned. */
  decode(stored: P): T;
}
