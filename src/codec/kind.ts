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

/** Properties of errors that are not enumerable and still belong to the value. The platform adds others, such as `line`. */
export const HIDDEN_OF_ERRORS = ['name', 'message', 'stack', 'cause', 'errors'];

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

/** Whether an object has the inside of its class. An object that was made by `Object.create(Map.prototype)` has none. */
function isTrue(name: string, value: object): boolean {
  if (name === 'Array') return isArray(value);
  if (VIEWS.includes(name)) return isView(value);
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

/** Returns the names of the properties of an error that belong to its value and are enumerable. */
export function shownKeysOf(kind: string, error: object): PropertyKey[] {
  // Deno keeps the inside of a DOMException under symbols.
  const names = kind === 'DOMException' ? namesOf(error) : ownKeys(error);
  return names.filter((name) => rawDescriptorOf(error, name)!.enumerable);
}

/** Whether an array has an element in each place, and no property that is enumerable or has a symbol as its name. */
export function isDense(array: readonly unknown[]): boolean {
  const { length } = array;
  const keys = keysOf(array);
  // The names of other properties come after those of the elements.
  const isFull = keys.length === length && (length === 0 || keys[length - 1] === `${length - 1}`);
  return isFull && symbolsOf(array).length === 0;
}
