import { OptionError } from '../errors.js';
import { numberIsInteger } from '../platform.js';
import { ownOptions, requireOption } from '../validate.js';
import { after } from './after.js';
import { builtInModule } from './built-in-module.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type Codec, requireCodec, type SyncCodec } from './codec.js';
import { decoded, UnreadableError } from './codec-error.js';

/** The functions of `node:zlib` that the codec uses. Node has those for zstd since 22.15. */
export interface ZlibFunctions {
  zstdCompressSync?(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  brotliCompressSync(bytes: Uint8Array, options: { params: Record<number, number> }): Uint8Array;
  brotliDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  gzipSync(bytes: Uint8Array): Uint8Array;
  gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

export interface CompressedOptions {
  /** Values of at most this many bytes are stored as they are. Default: 1024. */
  readonly above?: number;
  /** Default: 'zstd' where the platform has it, else 'brotli'; 'gzip' where there is no `node:zlib`. */
  readonly algorithm?: 'zstd' | 'brotli' | 'gzip';
  /** Values of more bytes are stored as they are, and no more are ever decompressed. Default: 2^28. */
  readonly maxBytes?: number;
  /** The module `node:zlib`, for Node before 20.16, where memokit cannot ask for it. */
  readonly zlib?: ZlibFunctions;
}

type Compressed = Uint8Array | Promise<Uint8Array>;

/** A way to compress. `size` is the number of bytes before compression. */
interface Algorithm {
  compress(bytes: Uint8Array): Compressed;
  decompress(bytes: Uint8Array, size: number): Compressed;
}

/** The algorithms by their numbers in the bytes. Append only. 0: not compressed. */
const NUMBERS = ['none', 'zstd', 'brotli', 'gzip'];
const BROTLI_QUALITY = { 1: 4 };

/** Wraps a codec so that large values are compressed. It is synchronous where the platform has `node:zlib`. */
export function compressed(codec: SyncCodec, options: CompressedOptions & { readonly zlib: ZlibFunctions }): SyncCodec;
export function compressed(codec: Codec, options?: CompressedOptions): Codec;
export function compressed(codec: Codec, options: CompressedOptions = {}): Codec {
  requireCodec('compressed', codec);
  const own = ownOptions(options, 'above algorithm maxBytes zlib');
  const { above = 1024, maxBytes = 2 ** 28, zlib = builtInModule<ZlibFunctions>('node:zlib') } = own;
  requireOption(numberIsInteger(above) && above >= 0, 'above', 'a whole number from 0', above);
  requireOption(numberIsInteger(maxBytes) && maxBytes > 0, 'maxBytes', 'a whole number above 0', maxBytes);
  const algorithms = zlib ? nodeAlgorithms(zlib) : webAlgorithms();
  const { algorithm = [...algorithms.keys()][0]! } = own;
  requireOption(NUMBERS.indexOf(algorithm) > 0, 'algorithm', 'zstd, brotli or gzip', algorithm);
  const chosen = algorithms.get(algorithm);
  if (chosen === undefined) throw new OptionError(`algorithm: the platform has no ${algorithm}`);

  const compress = (bytes: Uint8Array): Compressed => {
    if (bytes.length <= above || bytes.length > maxBytes) return framed(0, bytes);
    return after(chosen.compress(bytes), (small) =>
      small.length < bytes.length ? framed(NUMBERS.indexOf(algorithm), small, bytes.length) : framed(0, bytes),
    );
  };
  const decompress = (bytes: Uint8Array): Compressed => {
    const from = new ByteReader(bytes);
    const number = from.byte();
    if (number === 0) return from.rest();
    const size = from.count();
    const used = algorithms.get(NUMBERS[number]!);
    if (used === undefined) throw new UnreadableError(`the platform cannot decompress ${NUMBERS[number]}`);
    if (size > maxBytes) throw new UnreadableError('a value is larger than maxBytes');
    return after(used.decompress(from.rest(), size), (whole) => {
      if (whole.length !== size) throw new UnreadableError('a value has another size than it says');
      return whole;
    });
  };
  return {
    name: `compressed(${codec.name})`,
    isSync: codec.isSync && zlib !== undefined,
    encode: (value, bound) => after(codec.encode(value, bound), compress),
    decode: (bytes, bound) => decoded(() => after(decompress(bytes), (whole) => codec.decode(whole, bound))),
  };
}

function framed(number: number, bytes: Uint8Array, size?: number): Uint8Array {
  const out = new ByteWriter();
  out.byte(number);
  if (size !== undefined) out.count(size);
  out.bytes(bytes);
  return out.finish();
}

/** The algorithms of `node:zlib`, the best first. */
function nodeAlgorithms(zlib: ZlibFunctions): Map<string, Algorithm> {
  const found = new Map<string, Algorithm>();
  const { zstdCompressSync, zstdDecompressSync, brotliCompressSync, brotliDecompressSync, gzipSync, gunzipSync } = zlib;
  if (zstdCompressSync && zstdDecompressSync) {
    found.set('zstd', {
      compress: (bytes) => zstdCompressSync(bytes),
      decompress: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: size }),
    });
  }
  found.set('brotli', {
    compress: (bytes) => brotliCompressSync(bytes, { params: BROTLI_QUALITY }),
    decompress: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: size }),
  });
  found.set('gzip', {
    compress: (bytes) => gzipSync(bytes),
    decompress: (bytes, size) => gunzipSync(bytes, { maxOutputLength: size }),
  });
  return found;
}

/** The algorithm of the web's streams, which browsers and workers have too. */
function webAlgorithms(): Map<string, Algorithm> {
  const through = async (bytes: Uint8Array, stream: any, most: number): Promise<Uint8Array> => {
    const out = new ByteWriter();
    const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream).getReader();
    for (;;) {
      const { done, value } = (await reader.read()) as { done: boolean; value: Uint8Array };
      if (done) return out.finish();
      if (out.length + value.length > most) {
        await reader.cancel();
        throw new UnreadableError('a value is larger than it says');
      }
      out.bytes(value);
    }
  };
  const gzip: Algorithm = {
    compress: (bytes) => through(bytes, new CompressionStream('gzip'), Infinity),
    decompress: (bytes, size) => through(bytes, new DecompressionStream('gzip'), size),
  };
  return new Map([['gzip', gzip]]);
}
