import {
  descriptorOf,
  ignoreForeign,
  isArray,
  isView,
  keysOf,
  nameOf,
  namesOf,
  ownKeys,
  prototypeOf,
  rawDescriptorOf,
  sourceOf,
  symbolsOf,
  tagOf,
} from '../platform.js';

/** The views of a buffer, by their numbers in the bytes of `portable`. Append only: stored bytes have the numbers. */
export const VIEWS = [
  'DataView',
  'Buffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
];

/** The errors of the platform, by their numbers in the bytes of `portable`. Append only. */
export const ERRORS = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'DOMException',
];

/** Properties of errors that are not enumerable and still belong to the value. */
export const HIDDEN_OF_ERRORS = ['name', 'message', 'stack', 'cause', 'errors'];

/** Properties that platforms add to errors, not enumerable either. They tell of the platform, and do not belong to the value. */
const ADDED_TO_ERRORS: readonly PropertyKey[] = [
  ...['line', 'column', 'sourceURL', 'originalLine', 'originalColumn'],
  ...['fileName', 'lineNumber', 'columnNumber'],
];

/**
 * Arrays and views of up to this many elements are searched for properties beside the elements at each encoding. That takes
 * 0.05 microseconds for each element, which is many times as long as copying a byte.
 */
export const LISTED = 1024;

const OTHERS = ['Object', 'Array', 'Map', 'Set', 'Date', 'RegExp', 'URL', 'ArrayBuffer'];

/** The built-in classes of this realm by name, as they were when memokit was loaded. The platform may lack some. */
export const CLASSES = new Map<string, any>();
/** The names of the built-in classes by their prototypes. */
const NAMES = new Map<object | null, string>([[null, 'null']]);

for (const name of [...VIEWS, ...ERRORS, ...OTHERS]) {
  const found = (globalThis as Record<string, any>)[name];
  if (typeof found !== 'function') continue;
  CLASSES.set(name, found);
  NAMES.set(found.prototype, name);
}

/**
 * Returns the name of the built-in class of an object, of this realm or another, and 'null' for an object without a
 * prototype. Returns `undefined` for an instance of any other class, and for an object that is no true instance.
 */
export function kindOf(value: object): string | undefined {
  const prototype = prototypeOf(value) as object | null;
  const name = nameOfPrototype(prototype);
  return name === undefined || name === 'Object' || name === 'null' || isTrue(name, value) ? name : undefined;
}

/** Returns the name of the built-in class that has this prototype, in this realm or another. */
export function nameOfPrototype(prototype: object | null): string | undefined {
  return NAMES.get(prototype) ?? foreignName(prototype!);
}

/** Returns the name of a class of another realm, whose prototype is not one of ours. */
function foreignName(prototype: object): string | undefined {
  try {
    const Class = descriptorOf(prototype, 'constructor')?.value;
    const name = nameOf(Class);
    const isNative = CLASSES.has(name) && Class.prototype === prototype && sourceOf(Class).endsWith('[native code] }');
    return isNative ? name : undefined;
  } catch (error) {
    ignoreForeign(error);
    return undefined;
  }
}

/** Getters and methods that throw for any object that is no true instance of their class, of this realm or another. */
const READERS = new Map<string, (this: any) => unknown>([
  ['Map', getterOf('Map', 'size')],
  ['Set', getterOf('Set', 'size')],
  ['ArrayBuffer', getterOf('ArrayBuffer', 'byteLength')],
  ['URL', getterOf('URL', 'href')],
  ['DOMException', getterOf('DOMException', 'name')],
  ['Date', Date.prototype.getTime],
  ['RegExp', getterOf('RegExp', 'source')],
]);

function getterOf(name: string, property: string): (this: any) => unknown {
  return (CLASSES.has(name) && descriptorOf(CLASSES.get(name).prototype, property)?.get) || (() => undefined);
}

/** Returns the name of the class that made a typed array, whatever prototype it has now, and `undefined` for anything else. */
const madeBy = /* @__PURE__ */ (() =>
  rawDescriptorOf(prototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!)() as (
  this: unknown,
) => string | undefined;

/** Whether an object has the inside of its class. An object that was made by `Object.create(Map.prototype)` has none. */
function isTrue(name: string, value: object): boolean {
  if (name === 'Array') return isArray(value);
  if (VIEWS.includes(name)) {
    return isView(value) && (madeBy.call(value) ?? 'DataView') === (name === 'Buffer' ? 'Uint8Array' : name);
  }
  const read = READERS.get(name);
  // Only errors are left.
  if (read === undefined) return tagOf(value) === '[object Error]';
  try {
    read.call(value);
    return true;
  } catch (error) {
    ignoreForeign(error);
    return false;
  }
}

/**
 * Returns the names of the properties of an error that belong to its value, but those of `HIDDEN_OF_ERRORS` only where they
 * are enumerable. Other properties that are not enumerable are included, so that they are refused.
 */
export function shownKeysOf(kind: string, error: object): PropertyKey[] {
  // Deno keeps the inside of a DOMException under symbols.
  const isOfPlatform = kind === 'DOMException';
  const hidden: readonly PropertyKey[] = HIDDEN_OF_ERRORS;
  return (isOfPlatform ? namesOf(error) : ownKeys(error)).filter(
    (name) =>
      rawDescriptorOf(error, name)!.enumerable ||
      !(isOfPlatform || hidden.includes(name) || ADDED_TO_ERRORS.includes(name)),
  );
}

/**
 * Whether an array has an element in each place that is enumerable, and no other property. In an array of more than `most`
 * elements, other properties that are not enumerable are not looked for unless their names are symbols.
 */
export function isDense(array: readonly unknown[], most = LISTED): boolean {
  const { length } = array;
  const keys = keysOf(array);
  // The names of other properties come after those of the elements.
  const isFull = keys.length === length && (length === 0 || keys[length - 1] === `${length - 1}`);
  // `length` is the one property that each array has.
  return isFull && (length > most ? symbolsOf(array).length === 0 : ownKeys(array).length === length + 1);
}

/** Returns the names of properties that a program gave to a view. In one of more than `most` elements, only symbols are found. */
export function addedToView(view: ArrayBufferView, most = LISTED): PropertyKey[] {
  const { length } = view as unknown as { length?: number };
  return length === undefined || length <= most ? ownKeys(view).slice(length) : symbolsOf(view);
}

/** The properties that each URL of the platform has. */
const OF_URLS = /* @__PURE__ */ new Set(CLASSES.has('URL') ? ownKeys(new (CLASSES.get('URL'))('a:')) : []);

/** Returns the names of properties that a program gave to an object of a built-in class that has none of its own. */
export function addedTo(object: object): PropertyKey[] {
  // Deno keeps a part of a URL under symbols. Each RegExp has `lastIndex`.
  return ownKeys(object).filter((name) => name !== 'lastIndex' && !OF_URLS.has(name));
}
