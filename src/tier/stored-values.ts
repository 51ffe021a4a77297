import type { Codec } from '../codec/codec.js';
import { CodecError } from '../codec/codec-error.js';
import { requireSame } from '../codec/difference.js';
import { type DecodedEntry, decodeEntry, type EntryHeader, encodeEntry, readHeader } from '../codec/entry.js';
import type { Schema } from '../codec/schema.js';
import type { Definition } from '../definition/definition.js';
import { mismatch, OptionError } from '../errors.js';
import { ignoreRejection, isPromise } from '../promise.js';
import type { Steps } from './drive.js';

/** The first fills of a function that are all checked. Of later ones, one in a thousand is. */
const FIRST_CHECKED = 10;
const CHECK_EVERY = 1000;

/** The values of one definition as bytes: what cannot be stored exactly is not stored, and the user is warned once. */
export class StoredValues {
  readonly #codec: Codec;
  readonly #schema: Schema | undefined;
  readonly #name: () => string;
  #fills = 0;
  #hasWarned = false;
  /** Whether a value did not come back as it was, so that none of this function is stored any more. */
  isMemoryOnly = false;

  constructor(codec: Codec, schema: Schema | undefined, name: () => string) {
    this.#codec = codec;
    this.#schema = schema;
    this.#name = name;
  }

  /**
   * Decodes what a store gives to a definition. @throws OptionError when that takes a promise, and the method returns none.
   *
   * @param isSync Whether the store answers at once.
   */
  decodeFor(definition: Definition, isSync: boolean, bytes: Uint8Array): DecodedEntry | Promise<DecodedEntry> {
    const decoded = decodeEntry(this.#codec, bytes, this.#schema);
    if (!isPromise(decoded) || definition.promises === true || !isSync) return decoded;
    const header = readHeader(bytes);
    if (typeof header === 'object' && header.isPromised) return decoded;
    ignoreRejection(decoded);
    const expected = 'a schema that validates at once, as the method returns no promise';
    throw new OptionError(mismatch(`check of ${definition.name}`, expected, decoded));
  }

  /** Encodes a value. Returns `undefined` for one that cannot be stored. */
  *encode(header: EntryHeader, value: unknown): Steps<Uint8Array | undefined> {
    try {
      const bytes: Uint8Array = yield encodeEntry(this.#codec, header, value);
      const count = this.#fills++;
      if (count < FIRST_CHECKED || count % CHECK_EVERY === 0) yield* this.#check(bytes, value);
      return this.isMemoryOnly ? undefined : bytes;
    } catch (error) {
      // A codec that throws anything else is at fault. The caller gets its result nevertheless.
      this.#warn(error instanceof CodecError ? error.message : `the codec threw ${String(error)}`);
      return undefined;
    }
  }

  *#check(bytes: Uint8Array, value: unknown): Steps<void> {
    const decoded: DecodedEntry = yield decodeEntry(this.#codec, bytes);
    try {
      if (decoded.miss !== undefined)
        throw new CodecError(`it cannot be read back: ${String(decoded.error ?? decoded.miss)}`);
      requireSame(value, decoded.value);
    } catch (error) {
      this.isMemoryOnly = true;
      this.#warn(`${(error as Error).message}; its results stay in memory`);
    }
  }

  #warn(reason: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    console.warn(`memokit: a result of ${this.#name()} is not stored: ${reason}`);
  }
}
