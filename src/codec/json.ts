import { requireOption } from '../validate.js';
import type { SyncCodec } from './codec.js';
import { CodecError, decoded } from './codec-error.js';
import { requireSame } from './difference.js';

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Makes a codec that stores values as JSON, for a store that programs in other languages read. It refuses each value that
 * JSON would change, such as a Date, `undefined` or -0. An object that occurs twice comes back as two objects.
 */
export function json(...none: never[]): SyncCodec {
  requireOption(none.length === 0, 'json', 'no options', none[0]);
  return {
    name: 'json',
    isSync: true,
    encode: (value) => {
      const text = textOf(value);
      requireSame(value, text === undefined ? undefined : JSON.parse(text), { isTree: true });
      if (text === undefined) throw new CodecError('result: undefined has no JSON');
      return encoder.encode(text);
    },
    decode: (bytes) => decoded(() => JSON.parse(decoder.decode(bytes))),
  };
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // `null` in the place of a bigint lets the comparison find its path.
    const isBigint = (part: unknown): boolean => typeof part === 'bigint';
    try {
      return JSON.stringify(value, (_, part) => (isBigint(part) ? null : part));
    } catch {
      throw new CodecError(`result: JSON cannot have it: ${String((error as Error)?.message)}`, { cause: error });
    }
  }
}
