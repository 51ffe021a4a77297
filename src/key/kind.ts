import {
  descriptorOf,
  entriesOf,
  getProperty,
  hasOwn,
  ignoreForeign,
  isArray,
  isView,
  ownKeys,
  prototypeOf,
} from '../platform.js';
import { ARRAY, BARE, Marker, OBJECT } from './marker.js';

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

/** The kind of a built-in class whose instances hold more than properties. */
export class BuiltIn extends Marker {
  readonly name: string;
  /** Reads the content of an instance. Throws for any object that is not a true instance, of this realm or another. */
  readonly #read: Reader | undefined;

  constructor(name: string) {
    super(`<${name}>`);
    this.name = name;
    this.#read = READERS.get(name) ?? lateReader(name);
  }

  /**
   * Reads the content of an object of this kind: the bytes of a buffer or view, an iterable of the members of a
   * collection, and a primitive for every other kind. Returns `undefined` for a proxy, a fake or a detached buffer, which only look like an instance.
   */
  contentOf(target: object): unknown {
    try {
      if (isView(target)) {
        const [buffer, offset, length] = (['buffer', 'byteOffset', 'byteLength'] as const).map((name) =>
          inherited(target, name),
        ) as [ArrayBuffer, number, number];
        return new Uint8Array(buffer, offset, length);
      }
      const content = this.#read?.call(target, WITH_CALENDAR);
      return this.name === 'ArrayBuffer' ? new Uint8Array(target as ArrayBuffer) : content;
    } catch (error) {
      ignoreForeign(error);
      return undefined;
    }
  }
}

/** Reads a property from the class of an object, so that an own property of the same name does not hide it. */
export function inherited<T extends object>(target: T, name: string): unknown {
  return getProperty(prototypeOf(target), name, target);
}

/** Whether an object is the prototype of a class. It represents the class, so keys do not compare its properties. */
function isPrototype(target: { constructor?: { prototype?: unknown } }): boolean {
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

/** Reads the content of an object. The options are those of the methods `toString` of Temporal; others ignore them. */
type Reader = (this: object, options?: typeof WITH_CALENDAR) => unknown;

/** Has the text of a date of Temporal show its calendar and the whole ISO date. */
const WITH_CALENDAR = { calendarName: 'always' };

/**
 * The platform's readers for the content of each built-in class. They are taken now, so that a later replacement has no
 * effect.
 */
const READERS = /* @__PURE__ */ (() => {
  const methods = {
    valueOf: 'Date Number String Boolean Symbol BigInt',
    entries: 'Map',
    values: 'Set',
    toString:
      'URLSearchParams Locale Instant PlainDate PlainDateTime PlainMonthDay PlainTime PlainYearMonth ZonedDateTime',
  };
  const getters = { source: 'RegExp', href: 'URL', byteLength: 'ArrayBuffer' };
  const readersOf = (readers: object, isGetter: boolean) =>
    entriesOf(readers).flatMap(([reader, names]: [string, string]) => {
      return names.split(' ').map((name) => [name, readerIn(builtInPrototype(name), reader, isGetter)] as const);
    });
  return new Map([...readersOf(methods, false), ...readersOf(getters, true), ['Duration', durationReader()] as const]);
})();

/** Returns the reader of a Temporal.Duration. It reads each field, because PT1S is the text of 1000 milliseconds too. */
function durationReader(): Reader | undefined {
  const prototype = builtInPrototype('Duration');
  const units = 'year month week day hour minute second millisecond microsecond nanosecond'.split(' ');
  const readers = units.map((unit) => readerIn(prototype, `${unit}s`, true));
  return function () {
    return readers.map((read) => read!.call(this)).join();
  };
}

/**
 * Returns the reader of a class that the platform loads when it is first used, which may take long. So it is taken when the
 * first instance is seen.
 */
function lateReader(name: string): Reader | undefined {
  const read = LATE.includes(name) ? readerIn(builtInPrototype(name), 'entries', false) : undefined;
  // Reads all members now, because some hosts refuse a fake only at the first one.
  return (
    read &&
    function () {
      return [...(read.call(this) as Iterable<unknown>)];
    }
  );
}

const LATE = ['Headers', 'FormData'];

/** Returns the prototype of a built-in class as it is now: a class of the global object, of Intl or of Temporal. */
function builtInPrototype(name: string): object | undefined {
  const global = globalThis as unknown as Classes & { readonly Intl?: Classes; readonly Temporal?: Classes };
  return (global[name] ?? global.Intl?.[name] ?? global.Temporal?.[name])?.prototype;
}

type Classes = { readonly [name: string]: { readonly prototype: object } | undefined };

/**
 * Finds a method or getter on a prototype or on one above it, because fake timers may already have put a subclass in place
 * of the class. `Object.prototype` does not count, because its methods do not read a content. If intrinsics are frozen, the
 * property may be a getter that returns the method.
 */
function readerIn(prototype: object | undefined, name: string, isGetter: boolean): Reader | undefined {
  const above: object | null | undefined = prototype && prototypeOf(prototype);
  if (!prototype || !above) return undefined;
  const reader = descriptorOf(prototype, name);
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

/** Returns the name of the built-in class that has this prototype, of any realm. Returns '' if there is none. */
function nameOfBuiltIn(prototype: object): string {
  // Some hosts, and fake timers, write built-in classes in JavaScript, whose source text looks like a user's class.
  for (const name of READERS.keys()) if (prototype === builtInPrototype(name)) return name;
  if (prototype === globalThis.Buffer?.prototype) return 'Buffer';
  try {
    const tag: unknown = descriptorOf(prototype, Symbol.toStringTag)?.value;
    if (LATE.includes(tag as string) && prototype === builtInPrototype(tag as string)) return tag as string;
    const made: unknown = hasOwn(prototype, 'constructor') && prototype.constructor;
    return typeof made === 'function' && made.prototype === prototype ? nativeName(sourceOf.call(made)) : '';
  } catch (error) {
    // A strict proxy is the prototype, or has it as its class.
    ignoreForeign(error);
    return '';
  }
}

const { toString: sourceOf } = Function.prototype;

/**
 * Returns the name in the source text of a native class, because the property `name` may have been changed. Returns '' for
 * any other source text. Uses no regular expression, which throws a SyntaxError where the stack is full.
 */
function nativeName(source: string): string {
  const [head, body, ...others] = source.trim().split('{');
  const isNative = others.length === 0 && body?.endsWith('}') && body.slice(0, -1).trim() === '[native code]';
  return isNative && head!.startsWith('function ') ? head!.slice('function '.length, head!.indexOf('(')) : '';
}

const kinds = /* @__PURE__ */ new WeakMap<object, Marker | null>();
const named = /* @__PURE__ */ new Map<string, Marker>([
  ['Object', OBJECT],
  ['Array', ARRAY],
]);
