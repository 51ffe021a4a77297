import { ARRAY, BARE, Marker, OBJECT } from './marker.js';

/**
 * The kind of an object: the marker of the class that it is a direct instance of, in whatever realm, when
 * that class is one whose instances have a value; `undefined` when the object has an identity only.
 */
export function kindOf(target: object): Marker | undefined {
  const prototype: object | null = Object.getPrototypeOf(target);
  let kind: Marker | undefined;
  if (prototype === null) kind = BARE;
  else if (prototype === Object.prototype) kind = OBJECT;
  else if (prototype === Array.prototype) kind = ARRAY;
  else kind = kindOfPrototype(prototype);
  // Nor is an array with another prototype one of that kind.
  if (Array.isArray(target) !== (kind === ARRAY)) return undefined;
  return (kind === OBJECT || kind === BARE) && isPrototype(target) ? undefined : kind;
}

/** Whether a value is a plain object, as keys take it: one that counts by its properties, of whatever realm. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const kind = kindOf(value);
  return kind === OBJECT || kind === BARE;
}

/** The kind of a built-in class whose instances hold more than properties. */
export class BuiltIn extends Marker {
  readonly name: string;
  /** Throws unless it is called on a true instance, in whatever realm it was made. */
  readonly #read: Reader | undefined;

  constructor(name: string) {
    super(`<${name}>`);
    this.name = name;
    this.#read = READERS.get(name);
  }

  /**
   * What an object of this kind holds: the bytes of a buffer or view, the members of a collection, a primitive for the
   * rest. `undefined` when the object only looks like one of the kind, as a proxy, a fake or a detached buffer does.
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

/** A property of an object as its class has it: what somebody hung on the object itself does not count. */
export function inherited<T extends object>(target: T, name: string): unknown {
  return Reflect.get(Object.getPrototypeOf(target), name, target);
}

/** The prototype of a class stands for the class, not for its few visible properties. */
function isPrototype(target: { constructor?: { prototype?: unknown } }): boolean {
  const made = target.constructor;
  // For the most part it is Object, inherited.
  if (made === Object) return target === Object.prototype;
  return made?.prototype === target && Object.hasOwn(target, 'constructor');
}

type Reader = (this: object) => unknown;

/** What reads the content of each class's instances: the platform's own, whatever is put in its place later. */
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
 * A method or getter of a class, or of one above it, since fake timers may stand before it already; but not of `Object`,
 * which knows nothing of a content. Where intrinsics are frozen a getter may give the method.
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
    // By name, so that the classes of every realm meet.
    kind = name === '' ? null : (named.get(name) ?? new BuiltIn(name));
    if (kind !== null) named.set(name, kind);
    kinds.set(prototype, kind);
  }
  return kind ?? undefined;
}

function nameOfBuiltIn(prototype: object): string {
  // Hosts write some in JavaScript, as fake timers do theirs: the source text does not tell them from anybody's classes.
  for (const name of READERS.keys()) if (prototype === globalThis[name as 'Date']?.prototype) return name;
  if (prototype === globalThis.Buffer?.prototype) return 'Buffer';
  const made: unknown = Object.hasOwn(prototype, 'constructor') && prototype.constructor;
  if (typeof made !== 'function' || made.prototype !== prototype) return '';
  return NATIVE.exec(Function.prototype.toString.call(made))?.[1] ?? '';
}

/** The text of a class that the engine made, and its name, which its property `name` may belie. */
const NATIVE = /^\s*function (\w+)\([^)]*\)\s*\{\s*\[native code\]\s*\}\s*$/;

const kinds = /* @__PURE__ */ new WeakMap<object, Marker | null>();
const named = /* @__PURE__ */ new Map<string, Marker>([
  ['Object', OBJECT],
  ['Array', ARRAY],
]);
