import { hasOwn, ignoreForeign, isArray, ownKeys, prototypeOf } from '../platform.js';
import { BuiltIn, nameOfBuiltIn } from './built-in.js';
import { ARRAY, BARE, type Marker, OBJECT } from './marker.js';

/**
 * Returns the kind of an object: the marker of its class, if instances of that class are compared by content. The object
 * must be a direct instance, in any realm. Returns `undefined` if the object is compared by identity.
 *
 * @throws TypeError when the object is a revoked proxy.
 */
export function kindOf(target: object): Marker | undefined {
  const prototype = askPrototype(target);
  let kind: Marker | undefined;
  if (prototype === null) kind = BARE;
  else if (prototype === Object.prototype) kind = OBJECT;
  else if (prototype === Array.prototype) kind = ARRAY;
  else if (prototype !== undefined) kind = kindOfPrototype(prototype) ?? (isEmpty(prototype) ? BARE : undefined);
  // Arrays without the prototype of arrays, and other objects with it, are compared by identity.
  if (isArray(target) !== (kind === ARRAY)) return undefined;
  return (kind === OBJECT || kind === BARE) && isPrototype(target) ? undefined : kind;
}

/** Whether a prototype and all above it hold nothing. The answer is not kept: a prototype may gain a property later. */
function isEmpty(prototype: object): boolean {
  try {
    // Nearly every prototype has a constructor, which takes less time to read than its names take to list.
    if (prototype.constructor !== undefined) return false;
    let at: object | null = prototype;
    while (at !== null && ownKeys(at).length === 0) at = prototypeOf(at);
    return at === null;
  } catch (error) {
    ignoreForeign(error);
    return false;
  }
}

/** Returns the prototype of an object. Returns `undefined` for a proxy that throws when it is asked for its prototype. */
export function askPrototype(target: object): object | null | undefined {
  try {
    return prototypeOf(target);
  } catch (error) {
    ignoreForeign(error);
    return undefined;
  }
}

/** A built-in class among those that an object inherits from. */
export interface Ancestor {
  readonly kind: BuiltIn;
  readonly prototype: object;
}

/** Finds the nearest of some built-in classes that an object inherits from, in any realm. The object may be a fake. */
export function ancestorOf(target: object, names: readonly string[]): Ancestor | undefined {
  for (let prototype = askPrototype(target); prototype; prototype = askPrototype(prototype)) {
    const kind = kindOfPrototype(prototype);
    if (kind instanceof BuiltIn && names.includes(kind.name)) return { kind, prototype };
  }
  return undefined;
}

/** Whether a value is a plain object, of any realm: an object that keys compare by its properties. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const kind = kindOf(value);
  return kind === OBJECT || kind === BARE;
}

/** Whether keys compare the direct instances of a class by content already. */
export function isByContent(prototype: object): boolean {
  const kind = kindOfPrototype(prototype);
  return kind instanceof BuiltIn ? kind.isByContent : kind !== undefined || isEmpty(prototype);
}

/** Whether an object is the prototype of a class. It represents the class, so keys do not compare its properties. */
export function isPrototype(target: { constructor?: { prototype?: unknown } }): boolean {
  try {
    const made = target.constructor;
    // Most objects inherit `Object` as their constructor.
    if (made === Object) return target === Object.prototype;
    return made?.prototype === target && hasOwn(target, 'constructor');
  } catch (error) {
    // A strict proxy throws for a name that it does not have.
    ignoreForeign(error);
    return false;
  }
}

function kindOfPrototype(prototype: object): Marker | undefined {
  let kind = kinds.get(prototype);
  if (kind === undefined) {
    const name = nameOfBuiltIn(prototype);
    // Looks up by name, so that the same class in two realms has one marker.
    kind = name === '' ? null : (named.get(name) ?? new BuiltIn(name));
    if (kind !== null) named.set(name, kind);
    kinds.set(prototype, kind);
  }
  return kind ?? undefined;
}

const kinds = /* @__PURE__ */ new WeakMap<object, Marker | null>();
const named = /* @__PURE__ */ new Map<string, Marker>([
  ['Object', OBJECT],
  ['Array', ARRAY],
]);
