import { OptionError } from '../errors.js';
import { isArray } from '../platform.js';
import { ownOptions, requireFunction, requireOption } from '../validate.js';
import type { StoredClass, SyncCodec } from './codec.js';
import { CodecError, decoded } from './codec-error.js';
import { ValueReader } from './value-reader.js';
import { ValueWriter } from './value-writer.js';

export interface PortableOptions {
  /** How to store instances of classes. Those of all other classes are refused. */
  readonly classes?: readonly StoredClass[];
}

/**
 * Makes the codec that stores use by default. It stores the values that the language has in a format of its own, which
 * Node, Bun and Deno read alike, and refuses all others by name and path.
 */
export function portable(options: PortableOptions = {}): SyncCodec {
  const { classes = [] } = ownOptions(options, 'classes');
  requireOption(isArray(classes), 'classes', 'an array', classes);
  const byName = new Map<string, StoredClass>();
  const byPrototype = new Map<object, StoredClass>();
  for (const stored of classes) {
    requireStoredClass(stored);
    if (byName.has(stored.name) || byPrototype.has(stored.class.prototype)) {
      throw new OptionError(`classes: ${stored.name} is registered twice`);
    }
    byName.set(stored.name, stored);
    byPrototype.set(stored.class.prototype, stored);
  }
  return {
    name: 'portable',
    isSync: true,
    encode: (value) => {
      const writer = new ValueWriter(byPrototype);
      try {
        return writer.write(value);
      } catch (error) {
        if (error instanceof CodecError) throw error;
        // A trap of a proxy, a getter or `encode` of a class threw.
        return writer.path.refuse(`reading it threw ${String((error as Error)?.name)}`, error);
      }
    },
    decode: (bytes) => decoded(() => new ValueReader(bytes, byName).read()),
  };
}

function requireStoredClass(stored: StoredClass): void {
  const { name, class: Class, encode, decode } = stored;
  requireOption(typeof name === 'string' && name !== '', 'classes: name', 'a text that is not empty', name);
  requireOption(typeof Class === 'function', `classes: class of ${name}`, 'a class', Class);
  for (const fn of [encode, decode]) requireOption(fn, `classes: encode and decode of ${name}`, 'functions', fn);
  requireFunction(`classes: encode of ${name}`, encode);
  requireFunction(`classes: decode of ${name}`, decode);
}
