import { ArgumentError, mismatch } from '../errors.js';
import { hasOwn, ignoreForeign, nameOf, peek, prototypeOf } from '../platform.js';
import { isAsync, refusePromiseKey } from '../promise.js';
import { shared } from '../shared-registry.js';
import { requireCallback } from '../validate.js';
import { isByContent, isPrototype } from './kind.js';

/**
 * The symbol of a method that returns the value of an object for keys. Two direct instances of one class are equal in keys
 * if their values are equal. For a class that is not yours, `registerCacheKey` does the same.
 *
 * @example
 * class User {
 *   constructor(readonly id: number) {}
 *   [cacheKey]() { return this.id; }
 * }
 */
export const cacheKey: unique symbol = /* @__PURE__ */ Symbol.for('memokit.cacheKey');

/** An object with a method `[cacheKey]`. */
export interface Keyed {
  [cacheKey](): unknown;
}

/** The instances of a class, or of a function that makes them without `new`. */
type InstanceOf<Class extends { readonly prototype: unknown }> = Class extends abstract new (
  ...args: any
) => infer Instance
  ? Instance
  : Class extends (...args: any) => infer Instance
    ? Instance
    : Class['prototype'];

/**
 * Registers the value that the instances of a class have in keys, as a method `[cacheKey]` says it of a class of your own.
 * Two direct instances of the class, or of one subclass, are then equal in keys if their values are equal. It holds for
 * all caches of the process and for `keyOf`, from now on. Of the prototypes of an instance, the nearest one with a
 * registration or a `[cacheKey]` method counts, and on the same prototype the registration.
 *
 * @param Class A class, or a function with the prototype of what it makes, such as `dayjs`.
 * @param key Returns the value of an instance: all that a method may read from it, as an argument that counts by
 *   content.
 * @throws ArgumentError when `Class` has no prototype object, when keys compare its instances by content anyway, when another
 *   function is registered for it, and when `key` is no function or is async.
 * @example registerCacheKey(ObjectId, (id) => id.toHexString());
 */
export function registerCacheKey<Class extends { readonly prototype: unknown }>(
  Class: Class,
  key: (instance: InstanceOf<Class>) => unknown,
): void {
  const isFunction = typeof (Class as unknown) === 'function';
  const prototype = isFunction && hasOwn(Class, 'prototype') && Class.prototype;
  // The instances of `Function` and of its subclasses are functions, which have an identity only.
  if (typeof prototype !== 'object' || prototype === null || prototype instanceof Function)
    throw new ArgumentError(mismatch('Class', 'a class whose instances are objects', Class));
  requireCallback('key', key);
  if (isAsync(key)) throw new ArgumentError(mismatch('key', 'a function that is not async', key));
  const name = nameOf(Class) || 'this class';
  if (isByContent(prototype))
    throw new ArgumentError(`Class: keys compare the instances of ${name} by content already`);
  shared.cacheKeys ??= new WeakMap();
  const known = shared.cacheKeys.get(prototype);
  if (known !== undefined && known !== key)
    throw new ArgumentError(`key: another function is registered for ${name}; register each class once`);
  shared.cacheKeys.set(prototype, key);
}

/**
 * Whether an object has a method `[cacheKey]` and is no prototype of a class. A strict proxy that throws when it is asked for
 * one has none.
 */
export function isKeyed(target: object): target is Keyed {
  try {
    return typeof (target as Keyed)[cacheKey] === 'function' && !isPrototype(target);
  } catch (error) {
    ignoreForeign(error);
    return false;
  }
}

/**
 * Returns the function that is registered for an object, that of the nearest prototype. Returns `undefined` if there is
 * none, if a `[cacheKey]` method is nearer, or for the prototype of a class.
 */
export function registeredFor(target: object, hasMethod: boolean): ((instance: never) => unknown) | undefined {
  const { cacheKeys } = shared;
  try {
    for (let at = cacheKeys && target; at && !(hasMethod && hasOwn(at, cacheKey)); ) {
      at = prototypeOf(at) as object | undefined;
      const key = at && cacheKeys!.get(at);
      if (key !== undefined) return isPrototype(target) ? undefined : key;
    }
  } catch (error) {
    // A strict proxy, which hides its prototype, say.
    ignoreForeign(error);
  }
  return undefined;
}

/**
 * Asks an object for its value.
 *
 * @param key The function that is registered for it. Anything else stands for the method of the object.
 */
export function askValue(target: object, key: unknown): unknown {
  const isRegistered = typeof key === 'function';
  const value = isRegistered ? key(target) : (target as Keyed)[cacheKey]();
  refusePromiseKey(isRegistered ? 'registerCacheKey' : '[cacheKey]', value, ArgumentError);
  return value;
}

/** Refuses the value of an object that is the object itself or has no end. @throws ArgumentError that names the class. */
export function refuseValue(target: object): never {
  throw new ArgumentError(`${nameOf(peek(target, 'constructor'))}: its value for keys never ends; return an id, say`);
}
