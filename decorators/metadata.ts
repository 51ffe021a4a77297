import type { Fn } from '../src/definition/function.js';
import { create, hasOwn } from '../src/platform.js';
import type { Target } from './dialect.js';

/**
 * The metadata of a decorated method: the entries that other decorators added to the original, and the options of
 * memokit.
 */

/** The key of the options. */
const OPTIONS = 'memokit:options';
/**
 * The key under which the options of static members are recorded a second time. A class has one metadata object for
 * static and instance members, so an instance member of the same name may overwrite the record under the first key.
 */
const STATIC_OPTIONS = 'memokit:static-options';

/** Copies the metadata of the original method to its replacement, if the program has loaded reflect-metadata. */
export function carryMetadata(method: Fn, replacement: Fn): void {
  for (const name of reflection('getOwnMetadataKeys')?.(method) ?? []) {
    reflection('defineMetadata')?.(name, reflection('getOwnMetadata')?.(name, method), replacement);
  }
}

/** Records the options in every metadata store that exists. */
export function recordOptions({ key, owner, metadata, isStatic }: Target, replacement: Fn, options: object): void {
  reflection('defineMetadata')?.(OPTIONS, options, replacement);
  if (owner !== undefined) reflection('defineMetadata')?.(OPTIONS, options, owner, key);
  if (metadata !== undefined) {
    const store = metadata as Record<string, Record<PropertyKey, object>>;
    for (const name of isStatic ? [OPTIONS, STATIC_OPTIONS] : [OPTIONS]) {
      // The metadata of a subclass inherits from that of its base class, and so do the options in it.
      if (!hasOwn(store, name)) store[name] = create(store[name] ?? null);
      store[name]![key] = options;
    }
  }
}

/**
 * Returns the class of a method's or getter's result as the compiler recorded it: `Object` for a type that is not a
 * class, `undefined` if nothing was recorded.
 */
export function resultTypeOf({ owner, key }: Target): Fn | undefined {
  if (owner === undefined) return undefined;
  // The type of a getter is the type of its value. The type of a method is Function.
  const type = reflection('getOwnMetadata')?.('design:type', owner, key);
  const result = type === Function ? reflection('getOwnMetadata')?.('design:returntype', owner, key) : type;
  return typeof result === 'function' ? (result as Fn) : undefined;
}

/** The functions of reflect-metadata that are used here. */
interface MetadataReflection {
  defineMetadata(name: unknown, value: unknown, target: object, key?: PropertyKey): void;
  getOwnMetadata(name: unknown, target: object, key?: PropertyKey): unknown;
  getOwnMetadataKeys(target: object): unknown[];
}

/** Returns a function of reflect-metadata, if the program has loaded it. */
function reflection<N extends keyof MetadataReflection>(name: N): MetadataReflection[N] | undefined {
  return hasOwn(Reflect, name) ? (Reflect as unknown as MetadataReflection)[name] : undefined;
}
