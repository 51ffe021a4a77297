import { identityOf, textOfSymbol } from './identity.js';
import { inOrder } from './key-order.js';
import { BuiltIn, inherited } from './kind.js';
import { ARGUMENTS, ARRAY, KEYED, OBJECT, RAW, SPARSE } from './marker.js';
import type { Pending, TokenBuffer } from './token-buffer.js';
import { cacheKey, type Keyed, put, write } from './value.js';

/** Writes the body of an object: what it holds, lengths first. */
export function writeBody(to: TokenBuffer, { target, kind, content }: Pending): void {
  if (kind === ARRAY) writeArray(to, target as unknown[]);
  else if (kind === KEYED) {
    // The class is a part of the value: user 1 is not order 1.
    put(to, identityOf(Object.getPrototypeOf(target) ?? NO_CLASS));
    write(to, (target as Keyed)[cacheKey]());
  } else if (kind === OBJECT || !(kind instanceof BuiltIn)) {
    writeProperties(to, target, Object.keys(target), Object.getOwnPropertySymbols(target));
  } else if (writeContent(to, target, kind.name, content)) {
    // What somebody hung on it; for the most part nothing.
    const names = Object.keys(target);
    const symbols = Object.getOwnPropertySymbols(target);
    const isHung = kind.name === 'URL' && hungOnUrl(target);
    if (isHung) writeProperties(to, target, names.filter(isHung), symbols.filter(isHung));
    else writeProperties(to, target, names, symbols);
  }
}

/** Tells whether properties count too. */
function writeContent(to: TokenBuffer, target: object, name: string, content: unknown): boolean {
  if (content instanceof Uint8Array) {
    // Of a resizable buffer only.
    if (name === 'ArrayBuffer') put(to, inherited(target, 'resizable') && inherited(target, 'maxByteLength'));
    put(to, content.length);
    for (let i = 0; i < content.length; i += CHUNK) write(to, textOf(content.subarray(i, i + CHUNK)));
    return false;
  }
  if (name === 'Map' || name === 'Set') {
    writeMembers(to, content as Iterable<unknown>, name === 'Map');
    return true;
  }
  write(to, content);
  if (name === 'RegExp') {
    // Of a copy where something beside lastIndex is hung on it, as that may hide them.
    const isPlain = Object.getOwnPropertyNames(target).length === 1;
    write(to, (isPlain ? (target as RegExp) : new RegExp(target as RegExp)).flags);
    write(to, (target as RegExp).lastIndex);
  }
  return true;
}

function writeMembers(to: TokenBuffer, members: Iterable<unknown>, isMap: boolean): void {
  const place = to.count++;
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
  to.list[place] = size;
}

function writeArray(to: TokenBuffer, target: unknown[]): void {
  const { length } = target;
  const hasRaw = Object.hasOwn(target, 'raw');
  // Values are cheaper to count than the names of elements are to make.
  const values = hasRaw ? [] : Object.values(target);
  if (!hasRaw && values.length === length && isDense(target) && Object.getOwnPropertySymbols(target).length === 0) {
    put(to, length);
    for (let i = 0; i < length; i++) write(to, values[i]);
    return;
  }
  const keys = Object.keys(target);
  const isTemplate = hasRaw && !keys.includes('raw');
  put(to, isTemplate ? RAW : SPARSE);
  put(to, length);
  writeProperties(to, target, isTemplate ? [...keys, 'raw'] : keys, Object.getOwnPropertySymbols(target));
}

/** Without holes. An array that has as many values as its length then has no others than its elements. */
function isDense(target: unknown[]): boolean {
  for (let i = 0; i < target.length; i++) if (!(i in target)) return false;
  return true;
}

/** Tells what is hung on a URL from what some platforms keep of its inside under names of their own, which any has. */
function hungOnUrl(target: object): (name: PropertyKey) => boolean {
  let bare: object | undefined;
  return (name) => {
    bare ??= new (Object.getPrototypeOf(target).constructor as typeof URL)('a:');
    return !Object.hasOwn(bare, name);
  };
}

/** Own properties in canonical order, symbols last. */
function writeProperties(to: TokenBuffer, target: object, keys: string[], symbols: symbol[]): void {
  const record = target as Record<PropertyKey, unknown>;
  const names = inOrder(keys);
  if (symbols.length > 0 && isArguments(target)) {
    put(to, ARGUMENTS);
    write(to, record.length);
  }
  put(to, names.length + symbols.length);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    to.characters += name.length;
    to.list[to.count++] = name;
    write(to, record[name]);
  }
  if (symbols.length > 0) {
    for (const symbol of sorted(symbols)) {
      put(to, symbol);
      write(to, record[symbol]);
    }
  }
}

/** They look like a plain object, but have a length that is no property to be seen. */
function isArguments(target: object): boolean {
  return Object.prototype.toString.call(target) === '[object Arguments]';
}

function sorted(symbols: symbol[]): symbol[] {
  if (symbols.length < 2) return symbols;
  const named = symbols.map((symbol) => [textOfSymbol(symbol), symbol] as const);
  return named.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => symbol);
}

/** A character a byte. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** As many bytes as any engine takes for arguments of a call. Of texts some times as long V8 would hash the length alone. */
const CHUNK = 4096;

/** Stands for the class of an object without a prototype. */
const NO_CLASS = {};
