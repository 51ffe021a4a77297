import { ARRAY, BARE, Marker, OBJECT } from './marker.js';

/**
 * Returns the kind of an object: the marker of its class, if instances of that class are compared by content. The object
 * must be a direct instance, in any realm. Returns `undefined` if the object is compared by identity.
 */
export function kindOf(target: object): Marker | undefined {
  const prototype: object | null = Object.getPrototypeOf(target);
  let kind: Marker | undefined;
  if (prototype === null) kind = BARE;
  else if (prototype === Object.prototype) kind = OBJECT;
  else if (prototype === Array.prototype) kind = ARRAY;
  else kind = kindOfPrototype(prototype);
  // Arrays without the prototype of arrays, and other objects with it, are compared by identity.
  if (Array.isArray(target) !== (kind === ARRAY)) return undefined;
  return (kind === OBJECT || kind === BARE) && isPrototype(target) ? undefined : kind;
}

/** Whether a value is a plain object, of any realm: an object that keys compare by its properties. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const kind = kindOf(value);
  return kind === OBJECT || kind === BARE;
}

/** The kind of a built-in class whose instances hold more than properties. */
export class BuiltIn extends Marker {
  readonly name: string;
  /** Reads the content of an instance. Throws for any object that is not a true instance, of this realm or another. */
  readonly #read: Reader | undefined;

  constructor(name: string) {
    super(`<${name}>`);
    this.name = name;
    this.#read = READERS.get(name);
  }

  /**
   * Reads the content of an object of this kind: the bytes of a buffer or view, the members of a collection, and a primitive
   * for every other kind. Returns `undefined` for a proxy, a fake or a detached buffer, which only look like an instance.
   */
  contentOf(target: object): unknown {
    try {
      if (ArrayBuffer.isView(target)) {
        const [buffer, offset, length] = (['buffer', 'byteOffset', 'byteLength'] as const).map((name) =>
          inherited(target, name),
        ) as [ArrayBuffer, number, number];
        return new Uint8Array(buffer, offset, length);
      }
      const content = this.#read?.call(target);
      return this.name === 'ArrayBuffer' ? new Uint8Array(target as ArrayBuffer) : content;
    } catch {
      return undefined;
    }
  }
}

/** Reads a property from the class of an object, so that an own property of the same name does not hide it. */
export function inherited<T extends object>(target: T, name: string): unknown {
  return Reflect.get(Object.getPrototypeOf(target), name, target);
}

/**
 * Whether an object is the prototype of a class. It represents the class, so keys do not compare it by its properties.
 */
function isPrototype(target: { constructor?: { prototype?: unknown } }): boolean {
  const made = target.constructor;
  // Most objects inherit `Object` as their constructor.
  if (made === Object) return target === Object.prototype;
  return made?.prototype === target && Object.hasOwn(target, 'constructor');
}

type Reader = (this: object) => unknown;

/**
 * The platform's readers for the content of each built-in class. They are taken now, so that a later replacement has no
 * effect.
 */
const READERS = /* @__PURE__ */ (() => {
  const methods = {
    Date: 'valueOf',
    Number: 'valueOf',
    String: 'valueOf',
    Boolean: 'valueOf',
    Symbol: 'valueOf',
    BigInt: 'valueOf',
    Map: 'entries',
    Set: 'values',
  };
  const getters = { RegExp: 'source', URL: 'href', ArrayBuffer: 'byteLength' };
  const readersOf = (names: object, isGetter: boolean) =>
    Object.entries(names).map(([name, reader]: [string, string]) => {
      return [name, readerIn(globalThis[name as 'Date']?.prototype, reader, isGetter)] as const;
    });
  return new Map([...readersOf(methods, false), ...readersOf(getters, true)]);
})();

/**
 * Finds a method or getter on a prototype or on one above it, because fake timers may already have put a subclass in place
 * of the class. `Object.prototype` does not count, because its methods do not read a content. If intrinsics are frozen, the
 * property may be a getter that returns the method.
 */
function readerIn(prototype: object | undefined, name: string, isGetter: boolean): Reader | undefined {
  const above: object | null | undefined = prototype && Object.getPrototypeOf(prototype);
  if (!prototype || !above) return undefined;
  const reader = Object.getOwnPropertyDescriptor(prototype, name);
  if (reader === undefined) return readerIn(above, name, isGetter);
  return isGetter || reader.get === undefined ? (reader.get ?? reader.value) : reader.get.call(prototype);
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

function nameOfBuiltIn(prototype: object): string {
  // Some hosts, and fake timers, write built-in classes in JavaScript. Their source text looks like that of a user's
  // class.
  for (const name of READERS.keys()) if (prototype === globalThis[name as 'Date']?.prototype) return name;
  if (prototype === globalThis.Buffer?.prototype) return 'Buffer';
  const made: unknown = Object.hasOwn(prototype, 'constructor') && prototype.constructor;
  if (typeof made !== 'function' || made.prototype !== prototype) return '';
  return NATIVE.exec(Function.prototype.toString.call(made))?.[1] ?? '';
}

/** Matches the source text of a native class and captures its name. The property `name` may have been changed. */
const NATIVE = /^\s*function (\w+)\([^)]*\)\s*\{\s*\[native code\]\s*\}\s*$/;

const kinds = /* @__PURE__ */ new WeakMap<object, Marker | null>();
const named = /* @__PURE__ */ new Map<string, Marker>([
  ['Object', OBJECT],
  ['Array', ARRAY],
]);
