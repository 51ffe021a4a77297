import { hasOwn, keysOf, namesOf, ownKeys, prototypeOf, rawDescriptorOf, symbolsOf } from '../platform.js';
import { ByteWriter } from './byte-writer.js';
import type { StoredClass } from './codec.js';
import { ERRORS, HIDDEN_OF_ERRORS, isDense, kindOf, shownKeysOf } from './kind.js';
import { refuseProperties, writeLeaf } from './leaf-writer.js';
import { describe, Path } from './path.js';
import { TAG } from './tags.js';

/** The registered classes by their prototypes. */
export type ClassesByPrototype = ReadonlyMap<object, StoredClass>;

/**
 * Writes one value in the format of `portable`. Each container gets the next number when it begins, and is written by that
 * number when it occurs again. So are the names of properties.
 */
export class ValueWriter {
  readonly #out = new ByteWriter();
  readonly #classes: ClassesByPrototype;
  readonly #numbers = new Map<object, number>();
  readonly #names = new Map<string, number>();
  readonly #path: Path = new Path();
  /** How deep the innermost instance of a registered class is. Its `decode` needs its parts whole. */
  #instanceDepth = -1;

  constructor(classes: ClassesByPrototype) {
    this.#classes = classes;
  }

  /** @throws CodecError when the value, or a part of it, cannot be stored. */
  write(value: unknown): Uint8Array {
    this.#value(value);
    return this.#out.finish();
  }

  /** Where the writer is. */
  get path(): Path {
    return this.#path;
  }

  #value(value: unknown): void {
    const type = typeof value;
    if (type === 'string') this.#text(value as string);
    else if (type === 'number') this.#number(value as number);
    else if (type === 'object' && value !== null) this.#object(value as object);
    else if (type === 'bigint') this.#bigint(value as bigint);
    else if (type === 'function' || type === 'symbol') this.#path.refuse(describe(value));
    else this.#out.byte(value === null ? TAG.null : value === undefined ? TAG.undefined : value ? TAG.true : TAG.false);
  }

  #text(value: string): void {
    this.#out.byte(TAG.text);
    this.#out.text(value);
  }

  #number(value: number): void {
    const out = this.#out;
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      out.byte(TAG.float);
      out.float(value);
    } else if (value >= 0 && value < TAG.small) {
      out.byte(TAG.small + value);
    } else {
      out.byte(TAG.int);
      out.count(((value << 1) ^ (value >> 31)) >>> 0);
    }
  }

  /** Hexadecimal digits, since only bases that are powers of two take linear time. */
  #bigint(value: bigint): void {
    this.#out.byte(value < 0n ? TAG.negative : TAG.bigint);
    this.#out.text((value < 0n ? -value : value).toString(16));
  }

  #object(object: object): void {
    const number = this.#numbers.get(object);
    if (number === undefined) {
      this.#numbers.set(object, this.#numbers.size);
      this.#path.enter(object);
      this.#content(object);
      this.#path.leave();
    } else {
      const place = this.#instanceDepth < 0 ? Infinity : this.#path.containers.indexOf(object);
      if (place >= 0 && place <= this.#instanceDepth) {
        this.#path.refuse('an instance of a registered class must not contain itself or what contains it');
      }
      this.#out.byte(TAG.again);
      this.#out.count(number);
    }
  }

  #content(object: any): void {
    const kind = kindOf(object);
    if (kind === 'Object') this.#properties(TAG.object, object, allKeys(object));
    else if (kind === 'Array') this.#array(object);
    else if (kind === 'null') this.#properties(TAG.bare, object, allKeys(object));
    else if (kind === undefined) this.#instance(object);
    else if (kind === 'Map') this.#members(TAG.map, object, object.size * 2);
    else if (kind === 'Set') this.#members(TAG.set, object, object.size);
    else if (ERRORS.includes(kind)) this.#error(kind, object);
    else {
      const buffer = writeLeaf(this.#out, this.#path, kind, object);
      if (buffer) this.#object(buffer);
    }
  }

  #properties(tag: number, object: object, names: readonly PropertyKey[]): void {
    this.#out.byte(tag);
    this.#out.count(names.length);
    for (const name of names) {
      this.#path.step = name;
      if (typeof name === 'symbol') this.#path.refuse('a property under a symbol');
      const descriptor = rawDescriptorOf(object, name)!;
      if (!descriptor.enumerable) this.#path.refuse('a property that is not enumerable');
      this.#property(name as string, descriptor);
    }
  }

  #property(name: string, descriptor: PropertyDescriptor): void {
    // A descriptor of a property with a getter or setter may inherit a value.
    if (!hasOwn(descriptor, 'value')) this.#path.refuse('a property with a getter or setter');
    this.#name(name);
    this.#value(descriptor.value);
  }

  /** 0 and the name where it is new, and otherwise its number, from 1. */
  #name(name: string): void {
    const number = this.#names.get(name);
    this.#out.count(number ?? 0);
    if (number !== undefined) return;
    this.#names.set(name, this.#names.size + 1);
    this.#out.text(name);
  }

  /**
   * Asking for each element's descriptor would take several times as long as all else, so an element with a getter is stored
   * as the value that it has. `survives` refuses it.
   */
  #array(array: unknown[]): void {
    const { length } = array;
    if (!isDense(array)) {
      this.#out.byte(TAG.sparse);
      this.#out.count(length);
      this.#properties(
        TAG.object,
        array,
        ownKeys(array).filter((name) => name !== 'length'),
      );
      return;
    }
    this.#out.byte(TAG.array);
    this.#out.count(length);
    for (let i = 0; i < length; i++) {
      this.#path.step = i;
      this.#value(array[i]);
    }
  }

  #members(tag: number, collection: Map<unknown, unknown> | Set<unknown>, count: number): void {
    refuseProperties(this.#path, collection);
    this.#out.byte(tag);
    this.#out.count(count);
    let step = 0;
    const member = (value: unknown): void => {
      this.#path.step = step++;
      this.#value(value);
    };
    for (const value of collection) {
      if (tag === TAG.set) member(value);
      else for (const part of value as [unknown, unknown]) member(part);
    }
    if (step !== count) this.#path.refuse('a Map or Set that changed while it was stored');
  }

  /** The class, then the hidden properties, then the others. */
  #error(kind: string, error: any): void {
    this.#out.byte(TAG.error);
    this.#out.byte(ERRORS.indexOf(kind));
    if (kind === 'DOMException') {
      this.#out.text(error.message);
      this.#out.text(error.name);
    }
    const hidden = HIDDEN_OF_ERRORS.filter((name) => rawDescriptorOf(error, name)?.enumerable === false);
    this.#out.count(hidden.length);
    for (const name of hidden) {
      this.#path.step = name;
      // The stack is a getter in some engines.
      this.#property(name, name === 'stack' ? { value: error.stack } : rawDescriptorOf(error, name)!);
    }
    this.#properties(TAG.object, error, shownKeysOf(kind, error));
  }

  #instance(object: object): void {
    const stored = this.#classes.get(prototypeOf(object));
    if (stored === undefined) this.#path.refuse(describe(object));
    this.#out.byte(TAG.instance);
    this.#name(stored.name);
    const outer = this.#instanceDepth;
    this.#instanceDepth = this.#path.depth - 1;
    this.#value(stored.encode(object));
    this.#instanceDepth = outer;
  }
}

/** As `Reflect.ownKeys`, but many times faster where all properties are enumerable and have texts as names. */
function allKeys(object: object): readonly PropertyKey[] {
  const keys = keysOf(object);
  return namesOf(object).length === keys.length && symbolsOf(object).length === 0 ? keys : ownKeys(object);
}
