import { OptionError } from '../errors.js';
import { requireOption } from '../validate.js';
import { builtInModule } from './built-in-module.js';
import type { SyncCodec } from './codec.js';
import { CodecError, decoded } from './codec-error.js';
import { requireSame } from './difference.js';

/** The functions of `node:v8` that the codec uses. */
export interface V8Functions {
  serialize(value: any): Uint8Array;
  deserialize(bytes: any): unknown;
}

/**
 * Makes a codec that stores values as `node:v8` does: reading is faster than with `portable`. It needs Node, and an older
 * version of Node may be unable to read what a newer one wrote. It refuses each value that would come back as another one,
 * such as an instance of a class or a URL. To know that, it decodes and compares each value that it encodes.
 */
export function v8(functions = builtInModule<V8Functions>('node:v8')): SyncCodec {
  if (functions === undefined) {
    throw new OptionError('v8: the platform has no process.getBuiltinModule: give v8 the module node:v8');
  }
  const { serialize, deserialize } = functions;
  const isModule = typeof serialize === 'function' && typeof deserialize === 'function';
  requireOption(isModule, 'v8', 'no options, or the module node:v8', functions);
  // A copy, because typed arrays that are read may be views of the bytes, which belong to the store.
  const decode = (bytes: Uint8Array): unknown => decoded(() => deserialize(new Uint8Array(bytes)));
  return {
    name: 'v8',
    isSync: true,
    encode: (value) => {
      try {
        const bytes = serialize(value);
        requireSame(value, decode(bytes));
        return bytes;
      } catch (error) {
        if (error instanceof CodecError) throw error;
        throw new CodecError(`result: node:v8 cannot have it: ${String((error as Error)?.message)}`, { cause: error });
      }
    },
    decode,
  };
}
