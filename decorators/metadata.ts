import type { Fn } from '../src/definition/function.js';
import type { Place } from './dialect.js';

/** The metadata of a decorated method: what others hung on the original, and under `memokit:options` its options. */
const OPTIONS = 'memokit:options';
/** Those of static members a second time, as a class has one metadata object for both: of two of one name the other is in the first. */
const STATIC_OPTIONS = 'memokit:static-options';

/** Carries over what was hung on the original method, when the program has loaded reflect-metadata. */
export function carryMetadata(method: Fn, replacement: Fn): void {
  for (const name of reflect.getOwnMetadataKeys?.(method) ?? []) {
    reflect.defineMetadata?.(name, reflect.getOwnMetadata?.(name, method), replacement);
  }
}

/** Adds the options, in whatever metadata store there is. */
export function recordOptions({ key, home, metadata, isStatic }: Place, replacement: Fn, options: object): void {
  reflect.defineMetadata?.(OPTIONS, options, replacement);
  if (home !== undefined) reflect.defineMetadata?.(OPTIONS, options, home, key);
  if (metadata !== undefined) {
    const store = metadata as Record<string, Record<PropertyKey, object>>;
    for (const name of isStatic ? [OPTIONS, STATIC_OPTIONS] : [OPTIONS]) {
      // A subclass's metadata inherits from its base's, and so do the options in it.
      if (!Object.hasOwn(store, name)) store[name] = Object.create(store[name] ?? null);
      store[name]![key] = options;
    }
  }
}

/**
 * The class of what a method returns or a getter gives, as the compiler wrote it down: `Object` for what is no class,
 * `undefined` when nothing is known.
 */
export function resultTypeOf({ home, key }: Place): Fn | undefined {
  if (home === undefined) return undefined;
  // A getter has but one type; that of a method is Function.
  const type = reflect.getOwnMetadata?.('design:type', home, key);
  const result = type === Function ? reflect.getOwnMetadata?.('design:returntype', home, key) : type;
  return typeof result === 'function' ? (result as Fn) : undefined;
}

interface MetadataReflection {
  defineMetadata(name: unknown, value: unknown, target: object, key?: PropertyKey): void;
  getOwnMetadata(name: unknown, target: object, key?: PropertyKey): unknown;
  getOwnMetadataKeys(target: object): unknown[];
}

const reflect: Partial<MetadataReflection> = Reflect;
