import { ArgumentError, mismatch } from '../errors.js';
import { identityOf } from './identity.js';
import { contentOf, kindOf } from './kind.js';

/** The method by which instances of a class say their value: `[cacheKey]() { return this.id; }`. */
export const cacheKey: unique symbol = /* @__PURE__ */ Symbol.for('memokit.cacheKey');

/**
 * The encoding of an argument list: a string that two lists share exactly when they are equal.
 *
 * Every atom carries its type, and its length or an end mark, so no two sequences read alike. An
 * object is written breadth first: a `*` in its place, its body after everything that came before. Hence
 * no depth can overflow the stack. Bodies of equal content are equal wherever they stand, so sharing
 * does not count. Only in a list that is cyclic, or that unfolds to more than 10,000 objects or 16 million
 * characters, each object is numbered and written once, and then one that occurs twice differs from two equal ones.
 */
export function encode(args: readonly unknown[]): string {
  const unfolded = new Encoder(undefined);
  if (unfolded.write(args)) return unfolded.text;
  const numbered = new Encoder(new Map());
  numbered.write(args);
  return numbered.text;
}

/** The first character of every encoding. */
export const OPEN = '(';

const LARGEST_UNFOLDING = 10_000;
const LONGEST_UNFOLDING = 2 ** 24;
/** An argument that makes new objects as it is read, by a getter or a `[cacheKey]`, has no end of them. */
const MOST_OBJECTS = 2 ** 22;

/** An object whose body is still to be written, and the one that it was met in. */
interface Pending {
  readonly target: object;
  readonly kind: string;
  readonly parent: Pending | undefined;
}

class Encoder {
  text = OPEN;
  readonly #pending: Pending[] = [];
  #parent: Pending | undefined;
  /** The number of each object met so far, when objects are numbered. */
  readonly #numbers: Map<object, number> | undefined;

  constructor(numbers: Map<object, number> | undefined) {
    this.#numbers = numbers;
    if (numbers !== undefined) this.text += '@';
  }

  /** Tells whether the list has been written whole. */
  write(args: readonly unknown[]): boolean {
    this.#length(args.length);
    for (let i = 0; i < args.length; i++) this.#value(args[i]);
    for (let i = 0; i < this.#pending.length; i++) {
      if (this.#numbers === undefined && this.#isEndless(i)) return false;
      if (i > MOST_OBJECTS) throw new ArgumentError(mismatch('args', `at most ${MOST_OBJECTS} objects`, args));
      this.#parent = this.#pending[i]!;
      this.#body(this.#parent.target, this.#parent.kind);
    }
    return true;
  }

  /** Whether unfolding is to be given up: the list is too large or, looked for now and then, lies within itself. */
  #isEndless(written: number): boolean {
    if (this.#pending.length > LARGEST_UNFOLDING || this.text.length > LONGEST_UNFOLDING) return true;
    if (written % 64 !== 63) return false;
    const path = new Set<object>();
    let at = this.#pending[written];
    while (at !== undefined && !path.has(at.target)) {
      path.add(at.target);
      at = at.parent;
    }
    return at !== undefined;
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.text += `s${value.length}:${value}`;
        return;
      case 'number':
        this.text += Object.is(value, -0) ? 'd-0;' : `d${value};`;
        return;
      case 'boolean':
        this.text += value ? 't' : 'f';
        return;
      case 'bigint':
        this.text += `i${value};`;
        return;
      case 'undefined':
        this.text += 'u';
        return;
      case 'symbol':
        this.text += textOfSymbol(value);
        return;
      case 'function':
        this.#identity(value);
        return;
      default:
        if (value === null) this.text += 'n';
        else this.#object(value as object);
    }
  }

  #object(target: object): void {
    const number = this.#numbers?.get(target);
    if (number !== undefined) {
      this.text += `^${number};`;
      return;
    }
    const kind = typeof (target as Keyed)[cacheKey] === 'function' ? 'cacheKey' : kindOf(target);
    if (kind === '') {
      this.#identity(target);
      return;
    }
    this.text += '*';
    this.#numbers?.set(target, this.#numbers.size);
    this.#pending.push({ target, kind, parent: this.#parent });
  }

  #body(target: object, kind: string): void {
    switch (kind) {
      case 'Object':
      case 'null':
        this.text += kind === 'null' ? 'N' : 'O';
        this.#properties(target, Object.keys(target));
        return;
      case 'Array':
        this.#array(target as unknown[]);
        return;
      case 'cacheKey':
        this.text += 'K';
        // The class is a part of the value: user 1 is not order 1.
        this.#identity(Object.getPrototypeOf(target) ?? NO_CLASS);
        this.#value((target as Keyed)[cacheKey]());
        return;
      default:
        this.text += `C${kind}:`;
        this.#content(target, kind);
    }
  }

  #content(target: object, kind: string): void {
    const content = contentOf(target, kind);
    if (content instanceof Uint8Array) {
      // Of a resizable buffer only.
      this.#value((target as { maxByteLength?: number }).maxByteLength);
      this.#bytes(content);
      return;
    }
    if (kind === 'Map') {
      for (const [key, value] of content as Iterable<[unknown, unknown]>) {
        this.#value(key);
        this.#value(value);
      }
    } else if (kind === 'Set') {
      for (const value of content as Iterable<unknown>) this.#value(value);
    } else {
      this.#value(content);
      if (kind === 'RegExp') {
        this.#value((target as RegExp).flags);
        this.#value((target as RegExp).lastIndex);
      }
    }
    // What somebody hung on it; for the most part nothing. The mark keeps a last member from reading as a first property.
    this.text += '|';
    // A URL that is not the platform's own has its state in a property.
    if (kind !== 'URL') this.#properties(target, Object.keys(target));
  }

  #array(target: unknown[]): void {
    const keys = Object.keys(target);
    const { length } = target;
    const dense = keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
    // The strings of a tagged template hide a second array under `raw`.
    const raw = Object.hasOwn(target, 'raw') && !keys.includes('raw');
    if (dense && !raw && Object.getOwnPropertySymbols(target).length === 0) {
      this.text += 'A';
      this.#length(length);
      for (let i = 0; i < length; i++) this.#value(target[i]);
      return;
    }
    // Holes, and properties that are not elements: every element says its index.
    this.text += raw ? 'R' : 'S';
    this.#length(length);
    this.#properties(target, raw ? [...keys, 'raw'] : keys);
  }

  /** Own properties in canonical order, then an end mark. */
  #properties(target: object, keys: string[]): void {
    const record = target as Record<PropertyKey, unknown>;
    if (keys.length > 1) keys.sort();
    for (const key of keys) {
      this.text += `${key.length}:${key}`;
      this.#value(record[key]);
    }
    const symbols = Object.getOwnPropertySymbols(target);
    if (symbols.length > 0) this.#symbolProperties(record, symbols);
    this.text += '}';
  }

  #symbolProperties(record: Record<PropertyKey, unknown>, symbols: symbol[]): void {
    const named = symbols.map((symbol) => [textOfSymbol(symbol), symbol] as const);
    named.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, symbol] of named) {
      this.text += name;
      this.#value(record[symbol]);
    }
  }

  #identity(target: object | symbol): void {
    this.text += `#${identityOf(target)};`;
  }

  #length(length: number): void {
    this.text += `${length};`;
  }

  #bytes(bytes: Uint8Array): void {
    this.#length(bytes.length);
    for (let i = 0; i < bytes.length; i += CHUNK) this.text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
}

interface Keyed {
  [cacheKey](): unknown;
}

/** Stands for the class of an object without a prototype. */
const NO_CLASS = {};

/** As many arguments as any engine lets a call spread. */
const CHUNK = 4096;

/** A registered symbol is the same wherever it was asked for, so its name is its value. */
function textOfSymbol(symbol: symbol): string {
  const registered = Symbol.keyFor(symbol);
  return registered === undefined ? `#${identityOf(symbol)};` : `y${registered.length}:${registered}`;
}
