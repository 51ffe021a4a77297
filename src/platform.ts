/**
 * The platform: the static functions that memokit calls, taken when memokit is loaded, and the errors that memokit tells
 * apart. A program may put another function in the place of one, such as a memoized `Array.isArray`. If memokit called that
 * one, each of its calls would call itself.
 *
 * The functions in arrow functions are those that a bundler could not leave out otherwise.
 */

export const isArray = Array.isArray;
export const isView = /* @__PURE__ */ (() => ArrayBuffer.isView)();
export const numberIsInteger = /* @__PURE__ */ (() => Number.isInteger)();
export const numberIsNaN = /* @__PURE__ */ (() => Number.isNaN)();
export const fromCharCode = /* @__PURE__ */ (() => String.fromCharCode)();
export const keyFor = /* @__PURE__ */ (() => Symbol.keyFor)();

export const abs = Math.abs;
export const ceil = Math.ceil;
export const clz32 = Math.clz32;
export const floor = Math.floor;
export const imul = Math.imul;
export const max = Math.max;
export const min = Math.min;
export const random = Math.random;
export const round = Math.round;

export const assign = Object.assign;
export const create = Object.create;
export const entriesOf = Object.entries;
export const freezeObject = Object.freeze;
export const sealObject = Object.seal;
export const fromEntries = Object.fromEntries;
export const hasOwn = Object.hasOwn;
export const isExtensible = Object.isExtensible;
export const sameValue = Object.is;
export const keysOf = Object.keys;
export const namesOf = Object.getOwnPropertyNames;
export const prototypeOf = Object.getPrototypeOf;
export const setPrototypeOf = Object.setPrototypeOf;
export const symbolsOf = Object.getOwnPropertySymbols;
export const valuesOf = Object.values;

export const applyFunction = Reflect.apply;
export const getProperty = Reflect.get;
export const ownKeys = Reflect.ownKeys;
export const setProperty = Reflect.set;

const define = Object.defineProperty;
const tryDefine = Reflect.defineProperty;
/** As `descriptorOf`, but faster: it may inherit the fields that it lacks. Each has `configurable` and `enumerable`. */
export const rawDescriptorOf = Object.getOwnPropertyDescriptor;

/**
 * Returns a copy of the own properties of an object. The copy inherits nothing, so that no name that a program has added
 * to `Object.prototype` can be read from it.
 */
export function bare<T extends object>(object: T | null | undefined): T {
  return assign(create(null), object);
}

/** Defines a property. The descriptor is taken without what it inherits. */
export function defineProperty<T extends object>(target: T, name: PropertyKey, descriptor: PropertyDescriptor): T {
  return define(target, name, bare(descriptor));
}

/** As `defineProperty`, but returns whether the object has taken the property. */
export function tryDefineProperty(target: object, name: PropertyKey, descriptor: PropertyDescriptor): boolean {
  return tryDefine(target, name, bare(descriptor));
}

/** Returns the descriptor of an own property. It inherits nothing. */
export function descriptorOf(target: object, name: PropertyKey): PropertyDescriptor | undefined {
  const descriptor = rawDescriptorOf(target, name);
  return descriptor && setPrototypeOf(descriptor, null);
}

/**
 * Returns the object that has a property: the target, or an object that the target inherits from. `Object.prototype`, of
 * any realm, does not count, because an unsafe merge anywhere in the program can have added the property to it.
 */
export function holderOf(target: unknown, name: PropertyKey): object | undefined {
  let at: object | null = Object(target) as object;
  while (at !== null && !hasOwn(at, name)) at = prototypeOf(at);
  return at === null || hasOwn(at, 'hasOwnProperty') ? undefined : at;
}

const resolve = /* @__PURE__ */ (() => Promise.resolve)();
const reject = /* @__PURE__ */ (() => Promise.reject)();

/** Returns a promise of a value. */
export function resolved<T>(value: T): Promise<Awaited<T>> {
  return resolve.call(Promise, value) as Promise<Awaited<T>>;
}

/** Returns a promise that is rejected with an error. */
export function rejected(error: unknown): Promise<never> {
  return reject.call(Promise, error) as Promise<never>;
}

const sourcer = Function.prototype.toString;

/** Returns the source text of a function. */
export function sourceOf(fn: object): string {
  return sourcer.call(fn);
}

/** A reference to an object, which does not keep the object alive if the platform has weak references. */
export interface Reference<T extends object> {
  /** Returns the object, or `undefined` after it was collected. */
  deref(): T | undefined;
}

/** Makes a reference to an object. Some platforms, such as Cloudflare Workers before May 2025, have no `WeakRef`. */
export function referenceTo<T extends object>(target: T): Reference<T> {
  return typeof WeakRef === 'function' ? new WeakRef(target) : { deref: () => target };
}

/**
 * Returns the objects that are still alive, and drops the references to the others: the copy of memokit that would have
 * dropped them may have been collected too. O(references).
 */
export function living<T extends object>(references: Set<Reference<T>>): T[] {
  const found: T[] = [];
  for (const reference of references) {
    const target = reference.deref();
    if (target === undefined) references.delete(reference);
    else found.push(target);
  }
  return found;
}

/** A list of objects, for each of which a function is called after it was collected. */
export interface Collected<Held> {
  register(target: object, held: Held): void;
}

/** Makes a list of objects. The function is never called where the platform has no `FinalizationRegistry`. */
export function whenCollected<Held>(run: (held: Held) => void): Collected<Held> {
  return typeof FinalizationRegistry === 'function' ? new FinalizationRegistry(run) : { register() {} };
}

const tagger = Object.prototype.toString;

/** Returns the language's tag of a value, such as `[object Array]`. */
export function tagOf(value: unknown): string {
  return tagger.call(value);
}

/**
 * Reads a property on memokit's own account, to learn what an object is. Returns `undefined` where a getter or a trap throws,
 * as those of strict proxies do for unknown names.
 */
export function peek(target: object, name: PropertyKey): unknown {
  try {
    return (target as Record<PropertyKey, unknown>)[name];
  } catch (error) {
    ignoreForeign(error);
    return undefined;
  }
}

/** Returns the name of a function or class. Returns '' for anything else, and for a `name` that is no text. */
export function nameOf(value: unknown): string {
  const name = typeof value === 'function' && peek(value, 'name');
  return typeof name === 'string' ? name : '';
}

/**
 * Ignores an error of a foreign trap or getter that memokit has run on its own account, to learn what an object is. Throws
 * a stack overflow again, because that says nothing about the object.
 */
export function ignoreForeign(error: unknown): void {
  if (isOverflow(error)) throw error;
}

/**
 * Whether an error reports a stack overflow, in the wording of any engine. Compares texts only: the stack may be full, and a
 * regular expression would then throw a SyntaxError.
 */
export function isOverflow(error: unknown): boolean {
  try {
    const { name, message } = error as Error;
    if (name === 'InternalError') return message === 'too much recursion';
    return name === 'RangeError' && message.startsWith('Maximum call stack size exceeded');
  } catch (thrown) {
    // A strict proxy throws for the name that it does not have. The look itself may overflow too.
    return thrown instanceof RangeError;
  }
}
