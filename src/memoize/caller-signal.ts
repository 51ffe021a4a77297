import { mismatch, OptionError } from '../errors.js';

/** The caller's signal: the AbortSignal by which one caller of many gives up, found among its arguments. */

/** How a method's callers give their signals: the option `signal`. */
export type SignalPicker = (...args: any[]) => AbortSignal | null | undefined;

/** The signal of a call. @throws OptionError when the picker gives something else. */
export function signalOf(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): AbortSignal | undefined {
  const signal: unknown = pick.apply(receiver, args as unknown[]) ?? undefined;
  if (signal === undefined || isSignal(signal)) return signal;
  throw new OptionError(mismatch('signal', 'to be given an AbortSignal or undefined', signal));
}

/** The arguments of a call that its key is made of: all but its signal. */
export function withoutSignal(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): readonly unknown[] {
  const signal = signalOf(pick, receiver, args);
  if (signal !== undefined) return exchanged(args, signal, undefined);
  // Where others have their signal, this caller may have written that it has none.
  return endsWithPlaceOfSignal(pick, receiver, args) ? args.slice(0, -1) : args;
}

/**
 * Arguments with another signal, or none, in place of the caller's: where that is an argument itself, or a property of a
 * plain object that is one. The object is copied then.
 */
export function exchanged(args: readonly unknown[], signal: AbortSignal, other: AbortSignal | undefined): unknown[] {
  const result = args.map((arg) => {
    if (arg === signal) return other;
    return isPlainObject(arg) ? exchangedIn(arg, signal, other) : arg;
  });
  while (other === undefined && result.length > 0 && args[result.length - 1] === signal) result.pop();
  return result;
}

/** Waits for a promise until a signal aborts, which rejects with the signal's reason, calling `leave`. */
export function abortable(promise: Promise<unknown>, signal: AbortSignal, leave: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      leave();
    };
    if (signal.aborted) {
      promise.catch(() => {});
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    const settled = () => signal.removeEventListener('abort', abort);
    promise.then(settled, settled);
    promise.then(resolve, reject);
  });
}

function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

/** Whether the last argument is undefined where the picker would take a signal from. */
function endsWithPlaceOfSignal(pick: SignalPicker, receiver: unknown, args: readonly unknown[]): boolean {
  if (args.length === 0 || args.at(-1) !== undefined) return false;
  const probe = new AbortController().signal;
  try {
    return pick.apply(receiver, [...args.slice(0, -1), probe]) === probe;
  } catch {
    return false;
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function exchangedIn(object: object, signal: AbortSignal, other: AbortSignal | undefined): object {
  const descriptors = Object.getOwnPropertyDescriptors(object) as Record<PropertyKey, PropertyDescriptor>;
  const held = Reflect.ownKeys(descriptors).filter((name) => descriptors[name]!.value === signal);
  if (held.length === 0) return object;
  for (const name of held) {
    if (other === undefined) delete descriptors[name];
    else descriptors[name]!.value = other;
  }
  return Object.create(Object.getPrototypeOf(object), descriptors);
}
