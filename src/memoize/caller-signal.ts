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
  const isPlace = (probed: readonly unknown[]) => {
    try {
      return pick.apply(receiver, probed as unknown[]) === probe();
    } catch {
      return false;
    }
  };
  return withoutAbsent(args, isPlace);
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

/** Arguments without an `undefined` or `null` that stands where `isPlace` says that others have their signal. */
function withoutAbsent(args: readonly unknown[], isPlace: (probed: readonly unknown[]) => boolean): readonly unknown[] {
  for (const [index, arg] of args.entries()) {
    const others = (other: unknown) => [...args.slice(0, index), other, ...args.slice(index + 1)];
    if (isAbsent(arg)) {
      if (isPlace(others(probe()))) return index === args.length - 1 ? args.slice(0, -1) : others(undefined);
    } else if (isPlainObject(arg)) {
      for (const [name, { value, get }] of ownProperties(arg)) {
        if (!get && isAbsent(value) && isPlace(others(changed(arg, name, probe())))) {
          return others(changed(arg, name, undefined));
        }
      }
    }
  }
  return args;
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
  const held = ownProperties(arg).filter(([, { value }]) => value === signal);
  return held.reduce((object, [name]) => changed(object, name, other), arg);
}

function ownProperties(object: object): [PropertyKey, PropertyDescriptor][] {
  return Reflect.ownKeys(object).map((name) => [name, Object.getOwnPropertyDescriptor(object, name)!]);
}

/** A copy of a plain object with another value for one property, or without it. */
function changed(object: object, name: PropertyKey, value: AbortSignal | undefined): object {
  const properties = ownProperties(object).filter(([other]) => value !== undefined || other !== name);
  const copy: object = Object.create(Object.getPrototypeOf(object));
  for (const [other, descriptor] of properties) {
    Object.defineProperty(copy, other, other === name ? { ...descriptor, value } : descriptor);
  }
  return copy;
}
