import type { Fn } from '../src/definition/function.js';
import { PlacementError } from '../src/errors.js';
import { bare, descriptorOf, hasOwn, setProperty, tagOf } from '../src/platform.js';

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
 * @throws PlacementError when the decorator does not decorate members of this kind, or when the call is in the dialect of
 * the proposal of 2018.
 */
export function adapt(decorator: Decorator, call: readonly unknown[], replace: (target: Target) => Fn): unknown {
  const { decorates, alternative } = decorator;
  const [decorated, second, third] = call;
  let place: string;
  let name = second;
  if (isContext(second)) {
    // standard
    const { kind: found, name: key, metadata, static: isStatic = false } = bare(second);
    const kind = decorates.find((each) => each === found);
    if (kind !== undefined) {
      return replace({ kind, method: decorated as Fn, key, owner: undefined, metadata, isStatic });
    }
    place = found;
    name = key;
  } else {
    if (second === undefined) refuseOld(decorator, decorated);
    // legacy
    const descriptor = bare(third as PropertyDescriptor | undefined);
    if (isAccessor(descriptor)) refuseReplaced(decorator, decorated, second as PropertyKey);
    const found = decorates.find((each) => typeof descriptor[PARTS[each]] === 'function');
    // A cached getter would give the old value of the field after a write. The standard dialect refuses this place too.
    const isField = found === 'getter' && isAutoAccessor(descriptor);
    const kind = isField ? undefined : found;
    // The name is compared, not tested for truth, because a method may be named 0.
    if (second !== undefined && second !== '' && kind !== undefined) {
      const part = PARTS[kind];
      const method: Fn = descriptor[part];
      const key = second as PropertyKey;
      const owner = decorated as object;
      const replacement = replace({
        kind,
        method,
        key,
        owner,
        metadata: undefined,
        isStatic: typeof owner === 'function',
      });
      // The descriptor is changed too, for decorators that are composed of others and do not pass on the result.
      setProperty(third as object, part, replacement);
      return { ...descriptor, [part]: replacement };
    }
    place = isField ? 'accessor' : legacyPlace(second, third, descriptor);
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
  return typeof second === 'object' && second !== null && hasOwn(second, 'kind');
}

/**
 * Refuses a decorator call in the dialect of the proposal of 2018. It has one argument, a descriptor of the class or the
 * member, which that proposal gives a tag of its own.
 */
function refuseOld({ name }: Decorator, decorated: unknown): void {
  if (tagOf(decorated) !== '[object Descriptor]') return;
  throw new PlacementError(
    `@${name} cannot decorate ${String((decorated as { key?: PropertyKey }).key ?? 'a class')}, because the compiler has ` +
      `made a decorator of the proposal of 2018 of it: set "experimentalDecorators": true in tsconfig.json (Next.js, ` +
      `swc), or { "version": "2023-11" } for @babel/plugin-proposal-decorators`,
  );
}

function isAccessor({ get, set }: PropertyDescriptor): boolean {
  return typeof get === 'function' || typeof set === 'function';
}

/**
 * Refuses a method that a legacy decorator below has turned into an accessor, as decorators that bind methods do. At
 * this moment the class still has the method itself.
 */
function refuseReplaced({ name }: Decorator, owner: unknown, key: PropertyKey): void {
  if (typeof descriptorOf(Object(owner), key)?.value !== 'function') return;
  throw new PlacementError(
    `@${name} cannot decorate the method ${String(key)}, because a decorator below @${name} has turned it into an ` +
      `accessor: write @${name} below that decorator`,
  );
}

/**
 * Whether a getter and its setter do nothing but read and write one private field. Compilers turn an auto-accessor,
 * such as `accessor x = 1`, into such a pair. A minifier may hide it.
 */
function isAutoAccessor({ get, set }: PropertyDescriptor): boolean {
  return set !== undefined && AUTO_ACCESSOR.test(`${get}${set}`.replace(/\s+/g, ''));
}

/** Matches the code of an auto-accessor's getter and setter, without white space, from TypeScript or esbuild. */
const AUTO_ACCESSOR =
  /\{return(?:([\w$]+\.#[^=;}]+);?\}.*\((.+)\)\{\1=\2;?\}$|.*_accessor_storage|__privateGet(\([\w$]+,[\w$]+)\);?\}.*\{__privateSet\3,)/;

/** Returns the kind of a place that a legacy decorator cannot decorate, for the error message. */
function legacyPlace(key: unknown, third: unknown, { get, set }: PropertyDescriptor): string {
  if (key === undefined) return 'class or function';
  // One compiler passes an empty key for a #private member.
  if (key === '') return 'private member (standard decorators can)';
  if (typeof third === 'number') return 'parameter';
  if (set) return 'setter';
  return get ? 'getter' : 'field';
}
