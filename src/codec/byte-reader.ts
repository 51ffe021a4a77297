import { applyFunction, fromCharCode } from '../platform.js';
import { UnreadableError } from './codec-error.js';

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** ASCII texts up to this length are made without the platform's decoder, which is slow to call. */
const SHORT = 24;

/**
 * Reads what a `ByteWriter` wrote. No method reads beyond the end or allocates more than the bytes that are left can fill.
 * @throws UnreadableError for bytes that no writer writes.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #view: DataView | undefined;
  #position: number;

  /** @param from Where the first byte is that is read, and `end` the one after the last. */
  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = from;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get left(): number {
    return this.#end - this.#position;
  }

  /** Moves on by a number of bytes. Returns where they begin. */
  #take(count: number): number {
    if (count > this.left) throw new UnreadableError('the bytes end too early');
    const from = this.#position;
    this.#position += count;
    return from;
  }

  /** Made when a number needs it, as a view takes longer to make than a few bytes to read. */
  #numbers(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return (this.#view ??= new DataView(buffer, byteOffset, byteLength));
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  count(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let unit = 128; ; unit *= 128) {
      byte = this.byte();
      value += (byte & 127) * unit;
      if (value > 0xffff_ffff || unit > 2 ** 28) throw new UnreadableError('a count is too large');
      if (byte < 128) return value;
    }
  }

  /** Reads how many members follow, each of which takes at least `size` bytes. */
  members(size = 1): number {
    const count = this.count();
    if (count * size > this.left) throw new UnreadableError('the bytes end too early');
    return count;
  }

  float(): number {
    return this.#numbers().getFloat64(this.#take(8), true);
  }

  /** Returns a copy of the next bytes, in a buffer of their own. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    const from = this.#take(count);
    // `slice` of a Buffer would not copy.
    return new Uint8Array(this.#bytes.subarray(from, from + count));
  }

  /** Returns the bytes that are left, which share the buffer that is read. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#take(this.left), this.#end);
  }

  text(): string {
    const head = this.count();
    if (head % 2 === 1) return this.#wideText((head - 1) / 2);
    const length = head / 2;
    const from = this.#take(length);
    return (length <= SHORT && this.#ascii(from, length)) || decoder.decode(this.#bytes.subarray(from, from + length));
  }

  /** Returns a text, or '' if a byte is not ASCII. */
  #ascii(from: number, length: number): string {
    const codes: number[] = [];
    for (let i = 0; i < length; i++) {
      const code = this.#bytes[from + i]!;
      if (code > 127) return '';
      codes.push(code);
    }
    return applyFunction(fromCharCode, undefined, codes);
  }

  #wideText(length: number): string {
    const from = this.#take(length * 2);
    const view = this.#numbers();
    let text = '';
    for (let start = 0; start < length; start += 4096) {
      const codes: number[] = [];
      for (let i = start; i < length && i < start + 4096; i++) codes.push(view.getUint16(from + i * 2, true));
      text += applyFunction(fromCharCode, undefined, codes);
    }
    return text;
  }
}
