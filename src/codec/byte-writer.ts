import { max } from '../platform.js';

const encoder = /* @__PURE__ */ new TextEncoder();

/** Texts up to this length are first tried as ASCII, a character at a time, which is faster than the platform's encoder. */
const SHORT = 40;

/** A buffer of a finished writer, for the next one, so that small values need no new buffer. */
let spare: Uint8Array | undefined;
const LARGEST_SPARE = 1 << 16;

/** Bytes that grow as they are written. All numbers are little-endian. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor() {
    this.#bytes = spare ?? new Uint8Array(1024);
    this.#view = new DataView(this.#bytes.buffer);
    spare = undefined;
  }

  /** Returns a copy of the bytes. The writer must not be used afterwards. */
  finish(): Uint8Array {
    const written = this.#bytes.slice(0, this.length);
    if (this.#bytes.length <= LARGEST_SPARE) spare = this.#bytes;
    return written;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /**
   * Writes a whole number from 0 to 2^32 - 1, in as few bytes as it needs: up to five. @throws RangeError for any other
   * number, such as the size of a buffer of more than 4 GiB.
   */
  count(value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`${value} is no count`);
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.length++] = rest;
  }

  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /**
   * Writes a text: twice its number of bytes, then UTF-8; or, if it has lone surrogates, which UTF-8 cannot have, one more
   * than twice its length, then UTF-16.
   */
  text(value: string): void {
    const { length } = value;
    if (length <= SHORT && this.#ascii(value)) return;
    if (/[\ud800-\udfff]/u.test(value)) {
      this.count(length * 2 + 1);
      this.#reserve(length * 2);
      for (let i = 0; i < length; i++, this.length += 2) this.#view.setUint16(this.length, value.charCodeAt(i), true);
      return;
    }
    // The number of bytes is known only afterwards. It takes up to five bytes itself.
    this.#reserve(5 + length * 3);
    const from = this.length + 5;
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(from));
    this.count(written * 2);
    this.#bytes.copyWithin(this.length, from, from + written);
    this.length += written;
  }

  /** Writes a short text if it is ASCII. Returns whether it was. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const from = this.length + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[from + i] = code;
    }
    bytes[this.length] = length * 2;
    this.length = from + length;
    return true;
  }
}
