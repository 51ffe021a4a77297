import {
  fromCharCode,
  hasOwn,
  ignoreForeign,
  keysOf,
  nameOf,
  namesOf,
  peek,
  prototypeOf,
  symbolsOf,
  tagOf,
  valuesOf,
} from '../platform.js';
import { BuiltIn, inherited } from './built-in.js';
import { askValue } from './cache-key.js';
import { identityOf, textOfSymbol } from './identity.js';
import { inOrder } from './key-order.js';
import { askPrototype } from './kind.js';
import { ARGUMENTS, ARRAY, KEYED, type Marker, OBJECT, RAW, SPARSE } from './marker.js';
import type { Pending, TokenBuffer } from './token-buffer.js';
import { enumerable, put, write } from './value.js';

/** Writes the body of an object: its content, with the length of each sequence first. */
export function writeBody(to: TokenBuffer, { target, kind, content }: Pending): void {
  if (kind === ARRAY) writeArray(to, target as unknown[]);
  else if (kind === KEYED) {
    // The class is a part of the value: user 1 does not equal order 1.
    const prototype = askPrototype(target) ?? NO_CLASS;
    const identity = identityOf(prototype);
    identity.name ??= nameOf(peek(prototype, 'constructor'));
    put(to, identity);
    write(to, askValue(target, content));
  } else if (kind === OBJECT || !(kind instanceof BuiltIn)) {
    writeProperties(to, target, keysOf(target), symbolsOf(target));
  } else if (writeContent(to, target, kind.name, content)) {
    // Properties that user code has added to the built-in object. Most objects have none.
    writeProperties(to, target, ...propertiesOf(target, kind, content));
  }
}

/** Returns the names and symbols of an object's properties, without those that are a part of a built-in object itself. */
export function propertiesOf(target: object, kind: Marker, content: unknown): [names: string[], symbols: symbol[]] {
  const name = kind instanceof BuiltIn ? kind.name : '';
  // The first names of a boxed string are the indices of its characters, which its content has already.
  const names = name === 'String' ? keysOf(target).slice((content as string).length) : keysOf(target);
  const symbols = symbolsOf(target);
  const isAdded = HOSTED.includes(name) && addedTo(target, name);
  return isAdded ? [names.filter(isAdded), symbols.filter(isAdded)] : [names, symbols];
}

/** Writes the content of a built-in object. Returns whether its own properties have to be written too. */
function writeContent(to: TokenBuffer, target: object, name: string, content: unknown): boolean {
  if (content instanceof Uint8Array) {
    // Only a resizable buffer has a maximal length.
    if (name === 'ArrayBuffer') put(to, inherited(target, 'resizable') && inherited(target, 'maxByteLength'));
    put(to, content.length);
    for (let i = 0; i < content.length; i += CHUNK) write(to, textOf(content.subarray(i, i + CHUNK)));
    return false;
  }
  if (typeof content === 'object') {
    writeMembers(to, content as Iterable<unknown>, name !== 'Set');
    return true;
  }
  write(to, content);
  if (name === 'RegExp') {
    // Reads the flags from a copy if the RegExp has own properties besides lastIndex, because these may hide the flags.
    const isPlain = namesOf(target).length === 1;
    write(to, (isPlain ? (target as RegExp) : new RegExp(target as RegExp)).flags);
    write(to, (target as RegExp).lastIndex);
  }
  return true;
}

function writeMembers(to: TokenBuffer, members: Iterable<unknown>, isMap: boolean): void {
  const sizeIndex = to.count++;
  let size = 0;
  for (const member of members) {
    if (isMap) {
      const [key, value] = member as [unknown, unknown];
      write(to, key);
      write(to, value);
    } else {
      write(to, member);
    }
    size++;
  }
  to.list[sizeIndex] = size;
}

function writeArray(to: TokenBuffer, target: unknown[]): void {
  const { length } = target;
  const hasRaw = hasOwn(target, 'raw');
  // Counts the values, because making the names of all elements would cost more.
  const values = hasRaw ? [] : valuesOf(target);
  if (!hasRaw && values.length === length && isDense(target) && enumerable(target, symbolsOf(target)).length === 0) {
    put(to, length);
    for (let i = 0; i < length; i++) write(to, values[i]);
    return;
  }
  const keys = keysOf(target);
  const isTemplate = hasRaw && !keys.includes('raw');
  put(to, isTemplate ? RAW : SPARSE);
  put(to, length);
  writeProperties(to, target, isTemplate ? [...keys, 'raw'] : keys, symbolsOf(target));
}

/**
 * Whether an array has no holes. If it also has as many values as its length, the values are its
 * elements. docs/keys.md names the one exception: elements that are not enumerable.
 */
function isDense(target: unknown[]): boolean {
  for (let i = 0; i < target.length; i++) if (!(i in target)) return false;
  return true;
}

/**
 * Returns a function that tells whether user code added a property to an object of a host's class. Some platforms keep
 * internal state in own properties, which every instance has.
 */
function addedTo(target: object, name: string): (name: PropertyKey) => boolean {
  let bare: object | undefined;
  return (property) => {
    const Class = prototypeOf(target).constructor as new (url?: string) => object;
    bare ??= name === 'URL' ? new Class('a:') : new Class();
    return !hasOwn(bare, property);
  };
}

/** The classes that hosts write in JavaScript. */
const HOSTED = ['URL', 'URLSearchParams', 'Headers', 'FormData'];

/** Writes own properties in canonical order, symbols last. */
function writeProperties(to: TokenBuffer, target: object, keys: string[], symbols: symbol[]): void {
  const record = target as Record<PropertyKey, unknown>;
  const names = inOrder(keys);
  const shown = enumerable(target, symbols);
  if (symbols.length > 0 && isArguments(target)) {
    put(to, ARGUMENTS);
    write(to, record.length);
  }
  put(to, names.length + shown.length);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    to.characters += name.length;
    to.list[to.count++] = name;
    write(to, record[name]);
  }
  if (shown.length > 0) {
    for (const symbol of sorted(shown)) {
      put(to, symbol);
      write(to, record[symbol]);
    }
  }
}

/** Whether an object is an `arguments` object. It looks like a plain object, but its length is not enumerable. */
function isArguments(target: object): boolean {
  try {
    return tagOf(target) === '[object Arguments]';
  } catch (error) {
    // A strict proxy throws for the tag that it does not have.
    ignoreForeign(error);
    return false;
  }
}

function sorted(symbols: symbol[]): symbol[] {
  if (symbols.length < 2) return symbols;
  const named = symbols.map((symbol) => [textOfSymbol(symbol), symbol] as const);
  return named.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => symbol);
}

/** Turns bytes into a text with one character for each byte. */
function textOf(bytes: Uint8Array): string {
  return fromCharCode.apply(null, bytes as unknown as number[]);
}

/**
 * The number of bytes that are written as one token. Every engine accepts that many arguments in a call, and V8 still hashes
 * the characters of such a text. Of texts several times as long, V8 hashes only the length.
 */
const CHUNK = 4096;

/** Represents the class of an object without a prototype. */
const NO_CLASS = {};
