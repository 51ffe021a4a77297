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
  let place: string;
  let name = second;
  if (isContext(second)) {
    // standard
    ({ kind: place, name } = second);
    if (place === 'method' || place === 'getter') {
      return replace({ method: target as Fn, key: second.name, home: undefined, metadata: second.metadata });
    }
  } else {
    // legacy
    const descriptor = third as PropertyDescriptor | undefined;
    const part = descriptor?.get ? 'get' : 'value';
    const method = descriptor?.[part];
    if (second && typeof method === 'function') {
      const replacement = replace({ method, key: second as PropertyKey, home: target as object, metadata: undefined });
      return { ...descriptor, [part]: replacement };
    }
    place = legacyPlace(second, third);
    name ??= (target as { name?: unknown } | undefined)?.name;
  }
  throw new PlacementError(
    `@${decorator} cannot stand on the ${place} ${String(name)}: it decorates methods and getters. ` +
      'For a function, or a field that holds one, write memoize(fn)',
  );
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

function legacyPlace(key: unknown, third: unknown): string {
  if (key === undefined) return 'class or function';
  // An empty key is what one compiler calls a decorator on a #private member with.
  if (key === '') return 'private member (as standard decorators can)';
  if (typeof third === 'number') return 'parameter';
  return third ? 'setter' : 'field';
}
