import { cacheKey } from 'memokit';

/** Each class that a test has registered with `registerCacheKey`, with the function. The order does not matter. */
export const registered: [Class: new (...args: any[]) => object, key: (instance: any) => unknown][] = [];

/**
 * Whether two arguments are equal as docs/keys.md defines it. It does not use the encoder, so the key tests compare
 * with it.
 */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const prototype = prototypeOf(a);
  if (prototype !== prototypeOf(b)) return false;
  const value = valueIn(a, a);
  if (value !== undefined) return equal(value(), valueIn(b, b)!());
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameBytes(bytesOf(a), bytesOf(b));
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) return sameBytes(new Uint8Array(a), new Uint8Array(b));
  if (a instanceof Map && b instanceof Map) return sequences([...a].flat(), [...b].flat()) && properties(a, b);
  if (a instanceof Set && b instanceof Set) return sequences([...a], [...b]) && properties(a, b);
  if (a instanceof RegExp && b instanceof RegExp) {
    return String(a) === String(b) && a.lastIndex === b.lastIndex && properties(a, b);
  }
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  if (a instanceof URLSearchParams && b instanceof URLSearchParams) return sequences([...a].flat(), [...b].flat());
  if (a instanceof Headers && b instanceof Headers) return sequences([...a].flat(), [...b].flat());
  if (a instanceof FormData && b instanceof FormData) return sequences([...a].flat(), [...b].flat());
  if (a instanceof Intl.Locale && b instanceof Intl.Locale) return String(a) === String(b);
  if ([Date, Number, String, Boolean, BigInt, Symbol].some((type) => a instanceof type)) {
    return Object.is(a.valueOf(), b.valueOf()) && properties(a, b);
  }
  if (Array.isArray(a)) return a.length === (b as unknown[]).length && properties(a, b);
  return (prototype === null || prototype === Object.prototype) && properties(a, b);
}

/**
 * Returns a function that asks an instance for its value, as the nearest object says that it inherits from. Returns
 * `undefined` if none says so.
 */
function valueIn(instance: object, at: object | null): (() => unknown) | undefined {
  if (at === null) return undefined;
  const found = registered.find(([Class]) => Class.prototype === at && at !== instance);
  if (found !== undefined) return () => found[1](instance);
  const method: unknown = Object.getOwnPropertyDescriptor(at, cacheKey)?.value;
  if (typeof method === 'function') return () => method.call(instance);
  return valueIn(instance, Object.getPrototypeOf(at));
}

/** The prototype of an object, or `null` if no object that it inherits from holds anything. */
function prototypeOf(target: object): object | null {
  const prototype: object | null = Object.getPrototypeOf(target);
  const isEmpty = prototype === null || (Reflect.ownKeys(prototype).length === 0 && prototypeOf(prototype) === null);
  return isEmpty ? null : prototype;
}

function properties(a: object, b: object): boolean {
  const names = (target: object) =>
    Reflect.ownKeys(target).filter((name) => Object.prototype.propertyIsEnumerable.call(target, name));
  const record = (target: object) => target as Record<PropertyKey, unknown>;
  return (
    names(a).length === names(b).length &&
    names(a).every((name) => names(b).includes(name) && equal(record(a)[name], record(b)[name]))
  );
}

function sequences(a: unknown[], b: unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => equal(value, b[i]));
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
