import { mismatch, OptionError } from '../errors.js';
import { isPlainObject } from '../key/kind.js';
import {
  assign,
  create,
  defineProperty,
  descriptorOf,
  fromEntries,
  getProperty,
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
 * The picker itself tells which position that is: it is called with a probe signal in the positions that are absent.
 */
export function withoutSignal(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): readonly unknown[] {
  const signal = signalOf(pick, receiver, args);
  if (signal !== undefined) return replaceSignal(args, signal, undefined);
  const picked = (probed: readonly unknown[]): unknown => {
    try {
      return pick.apply(receiver, probed as unknown[]);
    } catch {
      // The picker may throw, because the caller did not pass these arguments.
      return undefined;
    }
  };
  const isPicked = (positions: readonly Position[]) => picked(withProbe(args, positions)) === probe();
  if (!args.some(hasAbsent)) return args;
  let positions = absentPositions(args);
  if (!isPicked(positions)) return args;
  while (positions.length > 1) {
    const half = positions.slice(0, positions.length / 2);
    positions = isPicked(half) ? half : positions.slice(half.length);
  }
  // A picker that also takes a signal from another position does not prove that the signal's position is this one.
  const isOnly = withSignalsElsewhere(args, positions[0]!).every((probed) => isAbsent(picked(probed)));
  return isOnly ? replaceSignal(withProbe(args, positions), probe(), undefined) : args;
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
  readonly name?: PropertyKey;
}

/** Whether an argument is absent, or is a plain object with a property that is. */
function hasAbsent(arg: unknown): boolean {
  if (isAbsent(arg)) return true;
  return isPlainObject(arg) && ownKeys(arg).some((name) => isAbsent(getProperty(arg, name)));
}

function absentPositions(args: readonly unknown[]): Position[] {
  return args.flatMap((arg, index): Position[] => {
    if (isAbsent(arg)) return [{ index }];
    if (!isPlainObject(arg)) return [];
    const names = ownKeys(arg).filter((name) => isAbsent(getProperty(arg, name)));
    return names.map((name) => ({ index, name }));
  });
}

/** Returns a copy of the arguments with the probe signal in the given positions. */
function withProbe(args: readonly unknown[], positions: readonly Position[]): unknown[] {
  const result = [...args];
  const names = new Map<number, Set<PropertyKey>>();
  for (const { index, name } of positions) {
    if (name === undefined) result[index] = probe();
    else names.set(index, (names.get(index) ?? new Set()).add(name));
  }
  for (const [index, held] of names) result[index] = withProperties(args[index] as object, held, probe());
  return result;
}

/**
 * Returns argument lists that have signals, or objects with a signal under every name, in every position except one: in
 * some lists after the last argument, in others in place of the other arguments and properties.
 */
function withSignalsElsewhere(args: readonly unknown[], { index, name }: Position): unknown[][] {
  const filled = (arg: object) => {
    const names = [...ownKeys(arg), 'a name that nobody has'];
    return fromEntries(names.map((each) => [each, each === name ? undefined : probe()]));
  };
  return [probe(), SIGNAL_UNDER_EVERY_NAME].flatMap((other) => [
    [...args, ...Array(EXTRA_ARGUMENTS).fill(other)],
    args.map((arg, at) => (at !== index ? other : isPlainObject(arg) ? filled(arg) : arg)),
  ]);
}

/** The number of arguments after the last one that a picker is assumed to look at. */
const EXTRA_ARGUMENTS = 8;

/** An object that has a signal under every name. */
const SIGNAL_UNDER_EVERY_NAME = /* @__PURE__ */ new Proxy({}, { get: () => probe() });

/** Whether a value stands for an absent signal. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' && [addEventListener, removeEventListener].every((part) => typeof part === 'function')
  );
}

let probing: AbortSignal | undefined;

/** Returns a signal that no caller has. It shows from which position a picker takes the signal. */
function probe(): AbortSignal {
  probing ??= new AbortController().signal;
  return probing;
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
  const copy: object = create(prototypeOf(object));
  for (const other of ownKeys(object)) {
    const descriptor = descriptorOf(object, other)!;
    const { enumerable = false } = descriptor;
    if (!names.has(other)) defineProperty(copy, other, descriptor);
    else if (value) defineProperty(copy, other, { value, enumerable, configurable: true, writable: true });
  }
  return copy;
}
