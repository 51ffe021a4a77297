import type { Fn } from '../src/definition/function.js';
import { PlacementError } from '../src/errors.js';

/** The two dialects of decorators: legacy (TypeScript's `experimentalDecorators`) and standard (TC39). */

/** The name of a decorator and the kinds of members that it decorates. */
export interface Decorator {
  readonly name: string;
  /** The kinds of members that it decorates. */
  readonly decorates: readonly MemberKind[];
  /** The advice for other members, for the error message. */
  readonly alternative: string;
}

type MemberKind = 'method' | 'getter' | 'setter';

/** The decorated member in terms common to both dialects: a method, getter or setter to replace, and its owner. */
export interface Target {
  readonly kind: MemberKind;
  readonly method: Fn;
  readonly key: PropertyKey;
  /** The prototype or, for a static member, the class. It is known in the legacy dialect only. */
  readonly owner: object | undefined;
  /** The metadata object of the class. It is known in the standard dialect only, if the compiler makes one. */
  readonly metadata: object | undefined;
  /** Whether the member is static. It is known in the standard dialect only, and `false` in the legacy dialect. */
  readonly isStatic: boolean;
}

/**
 * Handles a decorator call of either dialect: replaces the decorated member with the result of `replace`.
 *
 * @throws PlacementError when the decorator does not decorate members of this kind.
 */
export function adapt(decorator: Decorator, call: readonly unknown[], replace: (target: Target) => Fn): unknown {
  const { decorates, alternative } = decorator;
  const [decorated, second, third] = call;
  let place: string;
  let name = second;
  if (isContext(second)) {
    // standard
    ({ kind: place, name } = second);
    const kind = decorates.find((each) => each === place);
    if (kind !== undefined) {
      const { metadata, static: isStatic = false } = second;
      return replace({ kind, method: decorated as Fn, key: second.name, owner: undefined, metadata, isStatic });
    }
  } else {
    // legacy
    const descriptor = third as PropertyDescriptor | undefined;
    const kind = decorates.find((each) => typeof descriptor?.[PARTS[each]] === 'function');
    // The name is compared, not tested for truth, because a method may be named 0.
    if (second !== undefined && second !== '' && kind !== undefined) {
      const part = PARTS[kind];
      const method: Fn = descriptor![part];
      const key = second as PropertyKey;
      const owner = decorated as object;
      const replacement = replace({ kind, method, key, owner, metadata: undefined, isStatic: false });
      // The descriptor is changed too, for decorators that are composed of others and do not pass on the result.
      Reflect.set(descriptor as object, part, replacement);
      return { ...descriptor, [part]: replacement };
    }
    place = legacyPlace(second, third);
    name ??= (decorated as { name?: unknown } | undefined)?.name;
  }
  throw new PlacementError(
    `@${decorator.name} cannot decorate the ${place} ${String(name)}: ` +
      `it decorates ${decorates.map((kind) => `${kind}s`).join(' and ')}. ${alternative}`,
  );
}

/** The property of a descriptor that holds a member of each kind. A descriptor may hold both a getter and a setter. */
const PARTS = { method: 'value', getter: 'get', setter: 'set' } as const;

/** The properties of a standard decorator's context that `adapt` uses. */
interface Context {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
  readonly metadata?: object;
}

/**
 * Whether the second argument of a decorator call is a standard context. Under every compiler it is an object with a
 * `kind`.
 */
function isContext(second: unknown): second is Context {
  return typeof second === 'object' && second !== null && 'kind' in second;
}

/** Returns the kind of a place that a legacy decorator cannot decorate, for the error message. */
function legacyPlace(key: unknown, third: unknown): string {
  if (key === undefined) return 'class or function';
  // One compiler passes an empty key for a #private member.
  if (key === '') return 'private member (standard decorators can)';
  if (typeof third === 'number') return 'parameter';
  const { get, set } = (third ?? {}) as PropertyDescriptor;
  if (set) return 'setter';
  return get ? 'getter' : 'field';
}
