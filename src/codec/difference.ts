import { descriptorOf, hasOwn, isView, ownKeys, prototypeOf, rawDescriptorOf, sameValue, tagOf } from '../platform.js';
import type { Codec } from './codec.js';
import type { CodecError } from './codec-error.js';
import { addedTo, addedToView, ERRORS, HIDDEN_OF_ERRORS, isDense, kindOf, shownKeysOf } from './kind.js';
import { describe, Path } from './path.js';

export interface DifferenceOptions {
  /** Whether the same object in two places may have come back as two equal ones, as from JSON. */
  readonly isTree?: boolean;
}

/** In longer arrays and views, properties beside the elements are not looked for: their names alone would take 100 MB. */
const LISTED = 2 ** 20;

/** Compares what came back from a codec with the value that it was given. */
class Comparison {
  readonly #isTree: boolean;
  readonly #path: Path = new Path();
  /** The object that came back for each object, and the other way round. */
  readonly #pairs = new Map<object, object>();
  readonly #returned = new Map<object, object>();
  /** The buffer that came back for each buffer, and where its bytes begin. */
  readonly #buffers = new Map<ArrayBufferLike, [ArrayBufferLike, number]>();

  constructor(isTree: boolean) {
    this.#isTree = isTree;
  }

  /** @throws CodecError at the first part that differs. */
  compare(before: unknown, after: unknown): void {
    if (sameValue(before, after)) return;
    if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) {
      this.#differ(before, after);
    }
    const known = this.#pairs.get(before);
    if (known === after) return;
    if (!this.#isTree) {
      if (known !== undefined || this.#returned.has(after)) {
        this.#path.refuse('the same object in two places came back as two objects, or two objects as one');
      }
      this.#returned.set(after, before);
    }
    this.#pairs.set(before, after);
    this.#path.enter(before);
    this.#content(before, after);
    this.#path.leave();
  }

  #differ(before: unknown, after: unknown): never {
    return this.#path.refuse(`${describe(before)} came back as ${describe(after)} that differs`);
  }

  #content(before: any, after: any): void {
    const kind = kindOf(before);
    const isSameClass = kind === undefined ? prototypeOf(before) === prototypeOf(after) : kind === kindOf(after);
    // The tag finds a Date whose prototype was replaced, and its like.
    if (!isSameClass || tagOf(before) !== tagOf(after)) this.#differ(before, after);
    if (isView(before)) {
      this.#bytes(before, after);
      this.#sharing(before, after, kind);
      this.#properties(before, after, (view) => addedToView(view as ArrayBufferView, LISTED));
    } else if (kind === 'ArrayBuffer') {
      this.#bytes(before, after);
      this.#sameMemory(before, after, 0);
      this.#properties(before, after, ownKeys);
    } else {
      const inside = CONTENT.get(kind!);
      if (inside && !sameValue(inside(before), inside(after))) this.#differ(before, after);
      if (kind === 'Array' && isDense(before, LISTED) && isDense(after, LISTED) && before.length === after.length) {
        this.#elements(before, after);
        return;
      }
      if (kind === 'Map') this.#members([...before].flat(), [...after].flat());
      if (kind === 'Set') this.#members([...before], [...after]);
      const isError = ERRORS.includes(kind!);
      if (isError) this.#hidden(before, after);
      const namesOf = kind === 'URL' ? addedTo : ownKeys;
      this.#properties(before, after, isError ? (error) => shownKeysOf(kind!, error) : namesOf);
    }
  }

  #elements(elements: readonly unknown[], came: readonly unknown[]): void {
    for (const array of [elements, came]) {
      for (let i = 0; i < array.length; i++) {
        this.#path.step = i;
        if (!hasOwn(rawDescriptorOf(array, i)!, 'value')) this.#path.refuse('a property with a getter or setter');
      }
    }
    this.#members(elements, came);
  }

  #members(members: readonly unknown[], came: readonly unknown[]): void {
    members.forEach((member, i) => {
      this.#path.step = i;
      this.compare(member, came[i]);
    });
  }

  #bytes(before: object, after: object): void {
    const [bytes, came] = [bytesOf(before), bytesOf(after)];
    if (bytes.length !== came.length) this.#differ(before, after);
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== came[i]) this.#differ(before, after);
  }

  /** Views of a whole ArrayBuffer share it. A codec may give any other view, and a Buffer, memory of its own. */
  #sharing(before: ArrayBufferView, after: ArrayBufferView, kind: string | undefined): void {
    const isWhole = kind !== 'Buffer' && before.byteLength === before.buffer.byteLength;
    if (isWhole && !this.#isTree) this.#sameMemory(before.buffer, after.buffer, after.byteOffset);
  }

  #sameMemory(before: ArrayBufferLike, after: ArrayBufferLike, offset: number): void {
    const known = this.#buffers.get(before);
    if (known === undefined) this.#buffers.set(before, [after, offset]);
    else if (known[0] !== after || known[1] !== offset)
      this.#path.refuse('objects that shared memory came back without');
  }

  #hidden(before: any, after: any): void {
    for (const name of HIDDEN_OF_ERRORS) {
      this.#path.step = name;
      if (hasOwn(before, name) !== hasOwn(after, name)) this.#differ(before[name], after[name]);
      this.compare(before[name], after[name]);
    }
  }

  #properties(before: object, after: object, namesOf: (object: object) => PropertyKey[]): void {
    const names = namesOf(before);
    const came = namesOf(after);
    names.forEach((name, i) => {
      this.#path.step = name;
      if (!hasOwn(after, name)) this.#path.refuse('a property got lost');
      if (came[i] !== name) this.#path.refuse('properties came back in another order');
      const [old, now] = [descriptorOf(before, name)!, descriptorOf(after, name)!];
      if (!('value' in old && 'value' in now)) this.#path.refuse('a property with a getter or setter');
      if (old.enumerable !== now.enumerable) this.#path.refuse('a property that is not enumerable');
      this.compare(old.value, now.value);
    });
    if (came.length > names.length) {
      this.#path.step = came[names.length]!;
      this.#path.refuse('a property was added');
    }
  }
}

/** What the built-in classes hold beside properties and members, as a primitive. */
const CONTENT = new Map<string, (object: any) => unknown>([
  ['Date', (date) => date.getTime()],
  ['URL', (url) => url.href],
  ['RegExp', (regExp) => `/${regExp.source}/${regExp.flags}`],
  ['Map', (map) => map.size],
  ['Set', (set) => set.size],
  ['DOMException', (error) => `${error.name}: ${error.message}`],
]);

function bytesOf(object: any): Uint8Array {
  return isView(object) ? new Uint8Array(object.buffer, object.byteOffset, object.byteLength) : new Uint8Array(object);
}

/**
 * Requires that a value and what came back for it are deeply and strictly equal: the same classes, properties in the same
 * order, the same sharing. @throws CodecError that names the path of the first difference.
 */
export function requireSame(before: unknown, after: unknown, { isTree = false }: DifferenceOptions = {}): void {
  new Comparison(isTree).compare(before, after);
}

/**
 * Encodes a value, decodes it, and compares the two deeply and strictly. Returns `undefined` if they are equal, and
 * otherwise the path of the first difference and what is wrong there. A store calls this for some of the values that it
 * stores, since a codec or a registered class may not be exact. Returns a promise if the codec does.
 */
export function survives(codec: Codec, value: unknown): string | undefined | Promise<string | undefined> {
  const failure = (error: unknown): string => (error as CodecError)?.message ?? String(error);
  const verdict = (after: unknown): string | undefined => {
    try {
      requireSame(value, after);
    } catch (error) {
      return failure(error);
    }
    return undefined;
  };
  try {
    if (codec.isSync) return verdict(codec.decode(codec.encode(value) as Uint8Array));
  } catch (error) {
    return failure(error);
  }
  const roundTrip = async (): Promise<unknown> => codec.decode(await codec.encode(value));
  return roundTrip().then(verdict, failure);
}
