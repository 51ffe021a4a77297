import {
  descriptorOf,
  entriesOf,
  getProperty,
  hasOwn,
  ignoreForeign,
  isView,
  prototypeOf,
  sourceOf,
} from '../platform.js';
import { Marker } from './marker.js';

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

  /** Whether keys compare true instances by their content. */
  get isByContent(): boolean {
    return this.#read !== undefined || /(Array|^DataView|^Buffer)$/.test(this.name);
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

/** Returns the name of the built-in class that has this prototype, of any realm. Returns '' if there is none. */
export function nameOfBuiltIn(prototype: object): string {
  // Some hosts, and fake timers, write built-in classes in JavaScript, whose source text looks like a user's class.
  for (const name of READERS.keys()) if (prototype === builtInPrototype(name)) return name;
  if (prototype === globalThis.Buffer?.prototype) return 'Buffer';
  try {
    const tag: unknown = descriptorOf(prototype, Symbol.toStringTag)?.value;
    if (LATE.includes(tag as string) && prototype === builtInPrototype(tag as string)) return tag as string;
    const made: unknown = hasOwn(prototype, 'constructor') && prototype.constructor;
    return typeof made === 'function' && made.prototype === prototype ? nativeName(sourceOf(made)) : '';
  } catch (error) {
    // A strict proxy is the prototype, or has it as its class.
    ignoreForeign(error);
    return '';
  }
}

/**
 * Returns the name in the source text of a native class, because the property `name` may have been changed. Returns '' for
 * any other source text. Uses no regular expression, which throws a SyntaxError where the stack is full.
 */
function nativeName(source: string): string {
  const [head, body, ...others] = source.trim().split('{');
  const isNative = others.length === 0 && body?.endsWith('}') && body.slice(0, -1).trim() === '[native code]';
  return isNative && head!.startsWith('function ') ? head!.slice('function '.length, head!.indexOf('(')) : '';
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
