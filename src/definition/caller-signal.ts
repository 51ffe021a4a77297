import { mismatch, OptionError } from '../errors.js';
import { isPlainObject } from '../key/kind.js';
import {
  assign,
  bare,
  create,
  defineProperty,
  descriptorOf,
  getProperty,
  hasOwn,
  ownKeys,
  prototypeOf,
} from '../platform.js';

/**
 * The caller's signal: an AbortSignal among the arguments of a call, by which that caller stops waiting for a shared
 * load.
 */

/**
 * The members of an AbortSignal that memokit uses. It stands in for `AbortSignal` in programs that are compiled without
 * the types of the DOM and of Node.
 */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * The platform's AbortSignal, which `fetch` accepts, if the program's types include it; otherwise `AbortSignalLike`.
 */
export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

/** The option `signal`: a function that picks the caller's signal out of the arguments. */
export type SignalPicker = (...args: any[]) => AbortSignal | null | undefined;

/** Returns the signal of a call. @throws OptionError when the picker returns something else. */
export function signalOf(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): AbortSignal | undefined {
  const signal: unknown = pick.apply(receiver, args as unknown[]) ?? undefined;
  if (signal === undefined || isSignal(signal)) return signal;
  throw new OptionError(mismatch('signal', 'an AbortSignal or undefined as its result', signal));
}

/** The reason of an aborted signal. A signal of a platform that knows no reasons stands for an AbortError. */
export function reasonOf({ reason }: AbortSignal): unknown {
  if (reason !== undefined) return reason;
  const message = 'This operation was aborted';
  if (typeof DOMException === 'function') return new DOMException(message, 'AbortError');
  return assign(new Error(message), { name: 'AbortError' });
}

/**
 * Returns the arguments that make up the key of a call: all of them except its signal. If the call has no signal, the
 * `undefined` or `null` in the signal's position is left out, so that a call keys the same with and without a signal.
 */
export function withoutSignal(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): readonly unknown[] {
  const signal = signalOf(pick, receiver, args);
  if (signal !== undefined) return replaceSignal(args, signal, undefined);
  const position = absentPosition((probed) => pick.apply(receiver, probed), pick, args);
  if (position === undefined) return args;
  const { index, name } = position;
  const result = [...args];
  if (name !== undefined) result[index] = withProperties(args[index] as object, new Set([name]), undefined);
  else if (index < args.length - 1) result[index] = undefined;
  else result.pop();
  return result;
}

/**
 * Returns the argument of a batched call, in a list: without its signal, and without `undefined` or `null` after the first
 * argument, which a caller that has no signal may have passed for it.
 */
export function argumentForBatch(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): readonly unknown[] {
  const others = withoutSignal(pick, receiver, args);
  return others.slice(1).every(isAbsent) ? others.slice(0, 1) : others;
}

/**
 * Returns a copy of the arguments in which another signal, or none, replaces the caller's. The caller's signal may be
 * an argument, or a property of an argument that is a plain object; such an object is copied.
 */
export function replaceSignal(
  args: readonly unknown[],
  signal: AbortSignal,
  other: AbortSignal | undefined,
): unknown[] {
  const result = args.map((arg) => (arg === signal ? other : replaceSignalIn(arg, signal, other)));
  while (other === undefined && result.length > 0 && args[result.length - 1] === signal) result.pop();
  return result;
}

/** The position of an `undefined` or `null`: an argument, or a property of an argument that is a plain object. */
interface Position {
  readonly index: number;
  readonly name?: PropertyKey | undefined;
}

/** The position that each picker was last found to take the signal from, and from nowhere else. */
const solePositions = /* @__PURE__ */ new WeakMap<SignalPicker, Position>();

/**
 * Returns the position from which the picker would take the signal of a call that has none, if something absent stands
 * there. The picker itself tells: it is called with a signal in each absent position, and returns one of them.
 */
function absentPosition(
  ask: (args: unknown[]) => unknown,
  pick: SignalPicker,
  args: readonly unknown[],
): Position | undefined {
  const positions: Position[] = [];
  const probeFor = (value: unknown, index: number, name?: PropertyKey) =>
    isAbsent(value) && positions.length < MOST_PROBES ? probe(positions.push({ index, name }) - 1) : value;
  const probed = args.map((arg, index) => {
    if (!isPlainObject(arg)) return probeFor(arg, index);
    return reader((name) => {
      const value: unknown = getProperty(arg, name);
      return hasOwn(arg, name) ? probeFor(value, index, name) : value;
    });
  });
  if (probed.every((arg, index) => arg === args[index])) return undefined;
  const picked = answer(ask, probed);
  const position = positions.find((_, at) => probe(at) === picked);
  if (position === undefined) return undefined;
  const { index, name } = position;
  const known = solePositions.get(pick);
  if (known?.index === index && known.name === name) return position;
  // A picker that also takes a signal from another position does not prove that the signal's position is this one.
  const others = everything();
  const isOnly = [
    [...args, ...Array(EXTRA_ARGUMENTS).fill(others)],
    args.map((arg, at) => {
      if (at !== index) return others;
      return name === undefined ? arg : reader((each) => (each === name ? undefined : probe(0)));
    }),
  ].every((list) => isAbsent(answer(ask, list)));
  if (!isOnly) return undefined;
  solePositions.set(pick, position);
  return position;
}

/** The number of absent positions that are told apart. A picker that looks at more of them takes a signal from anywhere. */
const MOST_PROBES = 16;

/** The number of arguments after the last one that a picker is assumed to look at. */
const EXTRA_ARGUMENTS = 8;

/** Returns what a picker gives for other arguments than the caller's, for which it may throw. */
function answer(ask: (args: unknown[]) => unknown, args: unknown[]): unknown {
  try {
    return ask(args);
  } catch {
    return undefined;
  }
}

/** Returns an object whose properties are computed when they are read. They cannot be listed. */
function reader(read: (name: PropertyKey) => unknown): object {
  const get = (_: object, name: PropertyKey) => read(name);
  return new Proxy({}, bare({ get, has: (_: object, name: PropertyKey) => read(name) !== undefined }));
}

/** Returns a signal that also has a signal under every other name. */
function everything(): object {
  const get = (signal: object, name: PropertyKey) => (name in signal ? getProperty(signal, name) : signal);
  return new Proxy(probe(0), bare({ get }));
}

/** Whether a value stands for an absent signal. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  );
}

const probes: AbortSignal[] = [];

/** Returns one of the signals that no caller has. They show from which position a picker takes the signal. */
function probe(at: number): AbortSignal {
  while (probes.length <= at) probes.push(new AbortController().signal);
  return probes[at]!;
}

function replaceSignalIn(arg: unknown, signal: AbortSignal, other: AbortSignal | undefined): unknown {
  if (!isPlainObject(arg)) return arg;
  const holders = ownKeys(arg).filter((name) => getProperty(arg, name) === signal);
  return holders.length === 0 ? arg : withProperties(arg, new Set(holders), other);
}

/**
 * Returns a copy of a plain object with another value for some properties, or without them if the value is `undefined`.
 */
function withProperties(object: object, names: ReadonlySet<PropertyKey>, value: AbortSignal | undefined): object {
  const copy: Record<PropertyKey, unknown> = create(prototypeOf(object));
  for (const name of ownKeys(object)) {
    const descriptor = descriptorOf(object, name)!;
    const { enumerable = false, configurable, writable } = descriptor;
    if (names.has(name)) {
      if (value) defineProperty(copy, name, { value, enumerable, configurable: true, writable: true });
    } else if (enumerable && configurable && writable && !(name in copy)) {
      // Several times faster than the next line. A property that the prototype has could refuse an assignment.
      copy[name] = descriptor.value;
    } else {
      defineProperty(copy, name, descriptor);
    }
  }
  return copy;
}
