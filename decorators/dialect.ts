import { PlacementError } from '../src/errors.js';
import type { Fn } from '../src/memoize/definition.js';

/** The dialect of a decorator call: legacy (TypeScript's experimentalDecorators) or standard (TC39). */

/** What both dialects come down to: a method or getter to replace, and where it stands. */
export interface Place {
  readonly method: Fn;
  readonly key: PropertyKey;
  /** The prototype, or the class for a static; known in the legacy dialect only. */
  readonly home: object | undefined;
  /** The class's metadata object, where the standard dialect has one. */
  readonly metadata: object | undefined;
}

/**
 * Turns a decorator call of either dialect into one replacement.
 *
 * @throws PlacementError when what is decorated is neither a method nor a getter.
 */
export function adapt(decorator: string, call: readonly unknown[], replace: (place: Place) => Fn): unknown {
  const [target, second, third] = call;
  if (isContext(second)) {
    // standard
    if (second.kind !== 'method' && second.kind !== 'getter')
      throw misplaced(decorator, `a ${second.kind}`, second.name);
    return replace({ method: target as Fn, key: second.name, home: undefined, metadata: second.metadata });
  }
  // legacy
  const key = second as PropertyKey;
  const home = target as object;
  if (call.length < 2 || second === undefined)
    throw misplaced(decorator, 'a class, or a function on its own', (target as Fn)?.name);
  if (typeof third === 'number') throw misplaced(decorator, 'a parameter', key);
  if (key === '') throw misplaced(decorator, 'a private member, which only standard decorators can', key);
  const descriptor = third as PropertyDescriptor | undefined;
  if (descriptor === undefined || typeof (descriptor.get ?? descriptor.value) !== 'function') {
    throw misplaced(decorator, descriptor?.set ? 'a setter' : 'a field', key);
  }
  const part = descriptor.get ? 'get' : 'value';
  return { ...descriptor, [part]: replace({ method: descriptor[part], key, home, metadata: undefined }) };
}

/** What is needed of a standard decorator's context. */
interface Context {
  readonly kind: string;
  readonly name: string | symbol;
  readonly metadata?: object;
}

/** The rule that holds under every compiler: the second argument is an object with a `kind`. */
function isContext(second: unknown): second is Context {
  return typeof second === 'object' && second !== null && 'kind' in second;
}

function misplaced(decorator: string, place: string, name: PropertyKey | undefined): PlacementError {
  return new PlacementError(
    `@${decorator} stands on ${place}${name ? ` (${String(name)})` : ''}: it works on methods and getters, static and private ones too; ` +
      'for a function or a field that holds one use memoize(fn)',
  );
}
