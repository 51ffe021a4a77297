import type { Fn } from '../src/definition/function.js';
import { PlacementError } from '../src/errors.js';

/** The dialect of a decorator call: legacy (TypeScript's experimentalDecorators) or standard (TC39). */

/** A decorator, as far as its places go. */
export interface Decorator {
  readonly name: string;
  /** The kinds of members that it replaces. */
  readonly serves: readonly MemberKind[];
  /** What to do where it cannot stand. */
  readonly otherwise: string;
}

type MemberKind = 'method' | 'getter' | 'setter';

/** What both dialects come down to: a method, getter or setter to replace, and where it stands. */
export interface Place {
  readonly kind: MemberKind;
  readonly method: Fn;
  readonly key: PropertyKey;
  /** The prototype, or the class for a static; known in the legacy dialect only. */
  readonly home: object | undefined;
  /** The class's metadata object, where the standard dialect has one. */
  readonly metadata: object | undefined;
  /** Whether the metadata is that of a static member. */
  readonly isStatic: boolean;
}

/**
 * Turns a decorator call of either dialect into one replacement.
 *
 * @throws PlacementError when what is decorated is of no kind that the decorator serves.
 */
export function adapt(decorator: Decorator, call: readonly unknown[], replace: (place: Place) => Fn): unknown {
  const { serves, otherwise } = decorator;
  const [target, second, third] = call;
  let place: string;
  let name = second;
  if (isContext(second)) {
    // standard
    ({ kind: place, name } = second);
    const kind = serves.find((served) => served === place);
    if (kind !== undefined) {
      const { metadata, static: isStatic = false } = second;
      return replace({ kind, method: target as Fn, key: second.name, home: undefined, metadata, isStatic });
    }
  } else {
    // legacy
    const descriptor = third as PropertyDescriptor | undefined;
    const kind = serves.find((served) => typeof descriptor?.[PARTS[served]] === 'function');
    // A method may be named 0.
    if (second !== undefined && second !== '' && kind !== undefined) {
      const part = PARTS[kind];
      const method: Fn = descriptor![part];
      const key = second as PropertyKey;
      const home = target as object;
      const replacement = replace({ kind, method, key, home, metadata: undefined, isStatic: false });
      // In place too, if it can be, for decorators that are made of others and pass on nothing.
      Reflect.set(descriptor as object, part, replacement);
      return { ...descriptor, [part]: replacement };
    }
    place = legacyPlace(second, third);
    name ??= (target as { name?: unknown } | undefined)?.name;
  }
  throw new PlacementError(
    `@${decorator.name} cannot stand on the ${place} ${String(name)}: ` +
      `it decorates ${serves.map((kind) => `${kind}s`).join(' and ')}. ${otherwise}`,
  );
}

/** Where a descriptor has a member of each kind. With both a getter and a setter, that of the kind that is served is meant. */
const PARTS = { method: 'value', getter: 'get', setter: 'set' } as const;

/** What is needed of a standard decorator's context. */
interface Context {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
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
  const { get, set } = (third ?? {}) as PropertyDescriptor;
  if (set) return 'setter';
  return get ? 'getter' : 'field';
}
