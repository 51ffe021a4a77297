import { mismatch, OptionError } from '../errors.js';
import { isPlainObject } from '../key/kind.js';

/** The caller's signal: the AbortSignal by which one caller of many gives up, found among its arguments. */

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
  const isPicked = (probed: readonly unknown[]) => {
    try {
      return pick.apply(receiver, probed as unknown[]) === probe();
    } catch {
      return false;
    }
  };
  const place = absentPlaces(args).find((absent) => isPicked(absent.holding(probe())));
  // A picker that takes a signal from anywhere does not tell that what is absent here is one.
  return place === undefined || elsewhere(args, place).some(isPicked) ? args : place.holding(undefined);
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
  /** The arguments with a signal there, or without anything. */
  holding(signal: AbortSignal | undefined): readonly unknown[];
}

function absentPlaces(args: readonly unknown[]): Place[] {
  return args.flatMap((arg, index): Place[] => {
    const others = (other: unknown) => [...args.slice(0, index), other, ...args.slice(index + 1)];
    if (isAbsent(arg)) {
      const isLast = index === args.length - 1;
      return [{ index, holding: (signal) => (isLast && !signal ? args.slice(0, -1) : others(signal)) }];
    }
    if (!isPlainObject(arg)) return [];
    const names = Reflect.ownKeys(arg).filter((name) => isAbsent(Reflect.get(arg, name)));
    return names.map((name) => ({ index, name, holding: (signal) => others(changed(arg, name, signal)) }));
  });
}

/** Arguments with a signal in all other places: first of arguments, then of properties. */
function elsewhere(args: readonly unknown[], { index, name }: Place): unknown[][] {
  const filled = (arg: object, at: number) => {
    const names = [...Reflect.ownKeys(arg), 'a name that nobody has'];
    const properties = names.map((each) => [each, at === index && each === name ? undefined : probe()]);
    return Object.fromEntries(properties);
  };
  return [
    [...args.map((arg, at) => (at === index ? arg : probe())), probe()],
    [...args.map((arg, at) => (isPlainObject(arg) ? filled(arg, at) : at === index ? arg : probe())), probe()],
  ];
}

function isAbsent(value: unknown): boolean {
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
  return holders.reduce((object, name) => changed(object, name, other), arg);
}

/** A copy of a plain object with another value for one property, or without it. */
function changed(object: object, name: PropertyKey, value: AbortSignal | undefined): object {
  const copy: object = Object.create(Object.getPrototypeOf(object));
  for (const other of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, other)!;
    const { enumerable = false } = descriptor;
    if (other !== name) Object.defineProperty(copy, other, descriptor);
    else if (value) Object.defineProperty(copy, other, { value, enumerable, configurable: true, writable: true });
  }
  return copy;
}
