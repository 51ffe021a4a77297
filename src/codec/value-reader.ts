import { create, defineProperty, isArray } from '../platform.js';
import { ByteReader } from './byte-reader.js';
import type { StoredClass } from './codec.js';
import { UnreadableError } from './codec-error.js';
import { CLASSES, ERRORS, VIEWS } from './kind.js';
import { MAX_DEPTH } from './path.js';
import { isLittleEndian, TAG } from './tags.js';

/** The registered classes by the names that the bytes have for them. */
export type ClassesByName = ReadonlyMap<string, StoredClass>;

/**
 * Reads one value in the format of `portable`. The bytes may be damaged or hostile: they call nothing but constructors of
 * built-in classes and `decode` of registered ones, and time and memory are linear in their number.
 */
export class ValueReader {
  readonly #in: ByteReader;
  readonly #classes: ClassesByName;
  readonly #objects: unknown[] = [];
  readonly #names: string[] = [];
  #depth = 0;

  constructor(bytes: Uint8Array, classes: ClassesByName) {
    this.#in = new ByteReader(bytes);
    this.#classes = classes;
  }

  /** @throws UnreadableError, or what a constructor threw, when the bytes are not those of one value. */
  read(): unknown {
    const value = this.#value();
    if (this.#in.left > 0) throw new UnreadableError('the value has bytes after its end');
    return value;
  }

  #value(): unknown {
    const from = this.#in;
    const tag = from.byte();
    if (tag >= TAG.small) return tag - TAG.small;
    switch (tag) {
      case TAG.text:
        return from.text();
      case TAG.int: {
        const folded = from.count();
        return (folded >>> 1) ^ -(folded & 1);
      }
      case TAG.float:
        return from.float();
      case TAG.null:
        return null;
      case TAG.true:
        return true;
      case TAG.false:
        return false;
      case TAG.undefined:
        return undefined;
      case TAG.bigint:
        return this.#bigint();
      case TAG.negative:
        return -this.#bigint();
      case TAG.again:
        return this.#again();
    }
    if (++this.#depth > MAX_DEPTH) throw new UnreadableError('the value is nested too deeply');
    const object = this.#object(tag);
    this.#depth--;
    return object;
  }

  #bigint(): bigint {
    const digits = this.#in.text();
    if (!/^[\da-f]+$/.test(digits)) throw new UnreadableError('a bigint has no digits');
    return BigInt(`0x${digits}`);
  }

  #again(): unknown {
    const object = this.#objects[this.#in.count()];
    // The place of a container that is not made yet has `undefined`.
    if (object === undefined) throw new UnreadableError('a container is missing');
    return object;
  }

  /** Numbers a container, so that it can occur again. It is numbered before its members. */
  #numbered<T>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #object(tag: number): unknown {
    const from = this.#in;
    switch (tag) {
      case TAG.object:
        return this.#properties(this.#numbered({}));
      case TAG.bare:
        return this.#properties(this.#numbered(create(null)));
      case TAG.array:
        return this.#array();
      case TAG.sparse:
        return this.#sparse();
      case TAG.map:
        return this.#map();
      case TAG.set: {
        const set = this.#numbered(new Set());
        for (let count = from.members(); count > 0; count--) set.add(this.#value());
        return set;
      }
      case TAG.date:
        return this.#numbered(new Date(from.float()));
      case TAG.regExp: {
        const regExp = this.#numbered(new RegExp(from.text(), from.text()));
        regExp.lastIndex = from.float();
        return regExp;
      }
      case TAG.url:
        return this.#numbered(this.#construct('URL', from.text()));
      case TAG.buffer:
        return this.#numbered(from.bytes(from.count()).buffer);
      case TAG.error:
        return this.#error();
    }
    const number = this.#objects.push(undefined) - 1;
    const object = tag === TAG.instance ? this.#instance() : this.#view(tag);
    this.#objects[number] = object;
    return object;
  }

  /** Makes an instance of a built-in class. `names` are those classes that a number in the bytes may mean. */
  #construct(name: string | undefined, ...args: unknown[]): any {
    const Class = CLASSES.get(name!);
    if (Class === undefined) throw new UnreadableError(`the platform has no class ${name}`);
    return new Class(...args);
  }

  #name(): string {
    const number = this.#in.count();
    const name = number === 0 ? this.#in.text() : this.#names[number - 1];
    if (name === undefined) throw new UnreadableError('a name is missing');
    if (number === 0) this.#names.push(name);
    return name;
  }

  #properties<T extends object>(object: T): T {
    for (let count = this.#in.members(2); count > 0; count--) {
      const name = this.#name();
      const value = this.#value();
      // `__proto__`, and what else a prototype may have a setter for, must become a plain property.
      if (name in object) define(object, name, value, true);
      else (object as Record<string, unknown>)[name] = value;
    }
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = this.#numbered([]);
    for (let count = this.#in.members(); count > 0; count--) array.push(this.#value());
    return array;
  }

  /** An array with holes or properties. */
  #sparse(): unknown[] {
    const array: unknown[] = this.#numbered([]);
    const length = this.#in.count();
    if (this.#in.byte() !== TAG.object) throw new UnreadableError('an array has no elements');
    if (length > this.#in.left + 1024) {
      // Engines give an array of this length a table instead of memory for each element.
      array[0xffff_fffe - 1] = 0;
      array.length = 0;
    }
    this.#properties(array);
    if (array.length > length) throw new UnreadableError('an array is longer than it says');
    array.length = length;
    return array;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#numbered(new Map());
    const count = this.#in.members();
    if (count % 2 === 1) throw new UnreadableError('a Map lacks a value');
    for (let i = 0; i < count; i += 2) map.set(this.#value(), this.#value());
    return map;
  }

  #view(tag: number): unknown {
    if ((tag !== TAG.view && tag !== TAG.part) || !isLittleEndian) throw new UnreadableError(`unknown tag ${tag}`);
    const name = VIEWS[this.#in.byte()];
    const buffer = tag === TAG.view ? this.#value() : this.#in.bytes(this.#in.count()).buffer;
    if (!(buffer instanceof ArrayBuffer)) throw new UnreadableError('a view has no buffer');
    if (name === 'Buffer') return CLASSES.has(name) ? CLASSES.get(name).from(buffer) : new Uint8Array(buffer);
    return this.#construct(name, buffer);
  }

  #error(): unknown {
    const from = this.#in;
    const kind = ERRORS[from.byte()];
    const args = kind === 'DOMException' ? [from.text(), from.text()] : kind === 'AggregateError' ? [[]] : [];
    const error: object = this.#numbered(this.#construct(kind, ...args));
    // An error that was made here has the stack of this place.
    const hasErrors = kind === 'AggregateError';
    if (hasErrors) delete (error as { errors?: unknown }).errors;
    let hasStack = false;
    for (let count = from.members(2); count > 0; count--) {
      const name = this.#name();
      hasStack ||= name === 'stack';
      define(error, name, this.#value(), false);
    }
    if (!hasStack) delete (error as { stack?: unknown }).stack;
    if (from.byte() !== TAG.object) throw new UnreadableError('an error has no properties');
    return this.#properties(error);
  }

  /** The stored form is complete when `decode` gets it, unless a container around the instance is a part of it. */
  #instance(): unknown {
    const stored = this.#classes.get(this.#name());
    if (stored === undefined) throw new UnreadableError('a class is not registered');
    return stored.decode(this.#value());
  }
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  // The length of an array cannot be defined, and no writer writes it.
  if (isArray(object) && name === 'length') throw new UnreadableError('an array has two lengths');
  defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
}
