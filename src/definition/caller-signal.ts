import { mismatch, OptionError } from '../errors.js';
import { isPlainObject } from '../key/kind.js';

/** The caller's signal: the AbortSignal by which one caller of many gives up, found among its arguments. */

/** What is used of an AbortSignal, for programs whose types have none, as those that are compiled without DOM and Node. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The platform's own AbortSignal, where the program's types have it: what `fetch` takes. */
export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

/** How a method's callers give their signals: the option `signal`. */
export type SignalPicker = (...args: any[]) => AbortSignal | null | undefined;

/** The signal of a call. @throws OptionError when the picker gives something else. */
export function signalOf(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): AbortSignal | undefined {
  const signal: unknown = pick.apply(receiver, args as unknown[]) ?? undefined;
  if (signal === undefined || isSignal(signal)) return signal;
  throw new OptionError(mismatch('signal', 'to be given an AbortSignal or undefined', signal));
}

/** The arguments of a call that its key is made of: all but its signal, or what says that it has none. */
export function withoutSignal(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): readonly unknown[] {
  const signal = signalOf(pick, receiver, args);
  if (signal !== undefined) return exchanged(args, signal, undefined);
  const picked = (probed: readonly unknown[]): unknown => {
    try {
      return pick.apply(receiver, probed as unknown[]);
    } catch {
      // Of what it was not made for.
      return undefined;
    }
  };
  const isPicked = (places: readonly Place[]) => picked(withProbe(args, places)) === probe();
  let places = absentPlaces(args);
  if (places.length === 0 || !isPicked(places)) return args;
  while (places.length > 1) {
    const half = places.slice(0, places.length / 2);
    places = isPicked(half) ? half : places.slice(half.length);
  }
  // One that takes a signal from elsewhere too does not tell that what is absent here is one.
  const isOnly = elsewhere(args, places[0]!).every((probed) => isAbsent(picked(probed)));
  return isOnly ? exchanged(withProbe(args, places), probe(), undefined) : args;
}

/**
 * Arguments with another signal, or none, in place of the caller's: where that is an argument itself, or a property of a
 * plain object that is one. The object is copied then.
 */
export function exchanged(args: readonly unknown[], signal: AbortSignal, other: AbortSignal | undefined): unknown[] {
  const result = args.map((arg) => (arg === signal ? other : exchangedIn(arg, signal, other)));
  while (other === undefined && result.length > 0 && args[result.length - 1] === signal) result.pop();
  return result;
}

/** Where arguments have `undefined` or `null`, in the place of an argument or of a property of a plain object that is one. */
interface Place {
  readonly index: number;
  readonly name?: PropertyKey;
}

function absentPlaces(args: readonly unknown[]): Place[] {
  return args.flatMap((arg, index): Place[] => {
    if (isAbsent(arg)) return [{ index }];
    if (!isPlainObject(arg)) return [];
    const names = Reflect.ownKeys(arg).filter((name) => isAbsent(Reflect.get(arg, name)));
    return names.map((name) => ({ index, name }));
  });
}

/** Arguments with the probe in some places. */
function withProbe(args: readonly unknown[], places: readonly Place[]): unknown[] {
  const result = [...args];
  const names = new Map<number, Set<PropertyKey>>();
  for (const { index, name } of places) {
    if (name === undefined) result[index] = probe();
    else names.set(index, (names.get(index) ?? new Set()).add(name));
  }
  for (const [index, held] of names) result[index] = changed(args[index] as object, held, probe());
  return result;
}

/** Arguments with signals, or what has one under every name, after the last or in all places but one. */
function elsewhere(args: readonly unknown[], { index, name }: Place): unknown[][] {
  const filled = (arg: object) => {
    const names = [...Reflect.ownKeys(arg), 'a name that nobody has'];
    return Object.fromEntries(names.map((each) => [each, each === name ? undefined : probe()]));
  };
  return [probe(), ANY].flatMap((other) => [
    [...args, ...Array(MORE).fill(other)],
    args.map((arg, at) => (at !== index ? other : isPlainObject(arg) ? filled(arg) : arg)),
  ]);
}

/** As many arguments more as a picker is thought to look at. */
const MORE = 8;

/** Has a signal under every name. */
const ANY = /* @__PURE__ */ new Proxy({}, { get: () => probe() });

/** What says that there is no signal. */
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

/** A signal that nobody has, to find out where a picker would take one from. */
function probe(): AbortSignal {
  probing ??= new AbortController().signal;
  return probing;
}

function exchangedIn(arg: unknown, signal: AbortSignal, other: AbortSignal | undefined): unknown {
  if (!isPlainObject(arg)) return arg;
  const holders = Reflect.ownKeys(arg).filter((name) => Reflect.get(arg, name) === signal);
  return holders.length === 0 ? arg : changed(arg, new Set(holders), other);
}

/** A copy of a plain object with another value for some properties, or without them. */
function changed(object: object, names: ReadonlySet<PropertyKey>, value: AbortSignal | undefined): object {
  const copy: object = Object.create(Object.getPrototypeOf(object));
  for (const other of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, other)!;
    const { enumerable = false } = descriptor;
    if (!names.has(other)) Object.defineProperty(copy, other, descriptor);
    else if (value) Object.defineProperty(copy, other, { value, enumerable, configurable: true, writable: true });
  }
  return copy;
}
