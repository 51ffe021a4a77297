import { ALL_FEATURES } from '../src/all-features.js';
import type { Fn } from '../src/definition/function.js';
import { type Label, memberLabel } from '../src/definition/label.js';
import type { CachedOptions } from '../src/definition/options.js';
import { presettable } from '../src/definition/preset.js';
import { asyncOptionOf, type ResolvedOptions, resolveOptions } from '../src/definition/resolved-options.js';
import { mismatch, OptionError, PlacementError } from '../src/errors.js';
import { registerUnplaced } from '../src/memoize/hidden-members.js';
import { pickMember } from '../src/memoize/members.js';
import { receiversOf, registerMember } from '../src/memoize/registry.js';
import { wrap } from '../src/memoize/wrap.js';
import { tagOf } from '../src/platform.js';
import type { Checked, Described, Verdict } from './callback-check.js';
import { adapt, type Decorator, type Target } from './dialect.js';
import { carryMetadata, recordOptions, resultTypeOf } from './metadata.js';

/**
 * The decorator that `cached` returns. It decorates methods and getters, static and private ones too, in either
 * dialect. `Options` is the type of the options, whose callbacks must take the arguments of the decorated method.
 */
export interface CachedDecorator<Options extends CachedOptions = CachedOptions> {
  // standard
  <F extends Fn, Args extends unknown[] = any, Tried extends Checked<CachedOptions<Args>> = Options>(
    method: F | ((this: any, ...args: Args) => any),
    context: ClassMethodDecoratorContext<any, F>,
  ): Verdict<Tried, Options, F, F>;
  <This, R, Tried extends Checked<CachedOptions<[]>> = Options>(
    getter: (this: This) => R,
    context: ClassGetterDecoratorContext<This, R>,
  ): Verdict<Tried, Options, () => R, (this: This) => R>;
  // legacy
  <T, Args extends unknown[] = any, Tried extends Checked<CachedOptions<Args>> = Options>(
    target: object,
    key: string | symbol,
    descriptor: Described<T | ((this: any, ...args: Args) => any)>,
  ): Verdict<Tried, Options, T, TypedPropertyDescriptor<T> | void>;
}

/**
 * The type of `cached`, and of its presets: a function that makes decorators. `Defaults` is the type of the options of
 * the preset.
 */
export interface Cached<Defaults extends CachedOptions = CachedOptions> {
  (method: object, context: unknown, descriptor?: unknown): NeedsParentheses<'write @cached()'>;
  /**
   * Caches a method or getter. Each receiver gets its own read-through LRU cache, keyed by the arguments. The decorator
   * replaces the method on the prototype and adds no property to instances.
   *
   * A hit takes O(size of the arguments); a miss takes the same, and calls the method. An error is not stored. All
   * callers share a pending promise, which is stored when it is fulfilled.
   *
   * @throws OptionError at decoration when an option breaks `CachedOptions`. An option for async methods on a method that
   * is not async is an OptionError too; if the decorator cannot know, the first call throws it.
   * @throws PlacementError at decoration when the decorated member is not a method or getter, is a generator, or is
   * already cached. In the legacy dialect, also when a decorator below has turned the method into an accessor.
   * @example
   * class SchemaService {
   *   @cached({ capacity: 128, ttl: 300_000 })
   *   async get(table: string): Promise<Schema> { … }
   * }
   */
  <Options extends CachedOptions & Known<Options> = CachedOptions>(
    options?: Options,
  ): CachedDecorator<Merged<Defaults, Options>>;

  /**
   * Makes a preset: `cached` with other defaults. The options that a use gives win over the defaults; `undefined` gives
   * none. Presets of presets merge, and the later one wins. `on` is one option, which is replaced as a whole. Each default
   * is checked here; an option that another has to stand beside is checked at each use. Nothing else changes.
   *
   * @throws OptionError when an option breaks `CachedOptions`.
   * @example
   * const service = cached.with({ capacity: 1000, ttl: 60_000 });
   * class Users {
   *   @service({ ttl: 5000 })
   *   async get(id: number): Promise<User> { … }
   * }
   */
  with<Options extends CachedOptions & Known<Options>>(defaults: Options): Cached<Merged<Defaults, Options>>;
}

export const cached: Cached = /* @__PURE__ */ presettable((preset) => {
  function cached(options: CachedOptions = {}, ...misuse: unknown[]): unknown {
    if (misuse.length > 0 || typeof options === 'function' || tagOf(options) === '[object Descriptor]')
      throw new PlacementError(`@cached needs parentheses: write @cached()${misuse.length > 0 ? '' : NO_FUNCTION}`);
    const resolved = resolveOptions(options, preset);
    return (...call: unknown[]): unknown => adapt(CACHED, call, (target) => cachedMember(target, resolved));
  }
  return cached;
}) as Cached;

/** The hint for a function in the place of options. */
const NO_FUNCTION = ' on a method, @cached({ key: fn }) for a key of its own, and memoize(fn) for a function';

/** Puts a cache in front of a member. */
function cachedMember(target: Target, options: ResolvedOptions): Fn {
  let replacement: Fn | undefined;
  const label: Label = (receiverClass) => labelOf(target, replacement, receiverClass);
  refuseCached(target.method, label);
  checkMany(target, label, options);
  requirePromises(target, label, options);
  const role = target.kind === 'getter' ? 'getter' : 'method';
  const sharing = options.per ?? 'instance';
  replacement = wrap(target.method, {
    options,
    sharing,
    label,
    role,
    features: ALL_FEATURES,
    isStatic: target.isStatic,
  });
  // A class has one metadata object for static and instance members of one name.
  const place = target.owner ?? (target.isStatic ? undefined : target.metadata);
  if (place !== undefined) registerMember(place, target.key, replacement);
  else registerUnplaced(target.key, replacement);
  carryMetadata(target.method, replacement);
  recordOptions(target, replacement, options);
  return replacement;
}

/**
 * The type of a preset's options with those of a use over them. An option whose type is `undefined` leaves the preset's.
 * Options of which no more is known than that they are options do not count.
 */
type Merged<Defaults extends CachedOptions, Options extends CachedOptions> = CachedOptions extends Defaults
  ? Options
  : CachedOptions extends Options
    ? Defaults
    : AsOptions<{ readonly [Name in keyof Defaults | keyof Options]: Over<Defaults, Options, Name> }>;

type Over<Defaults, Options, Name> = Name extends keyof Options
  ? Options[Name] extends undefined
    ? Name extends keyof Defaults
      ? Defaults[Name]
      : undefined
    : Options[Name]
  : Name extends keyof Defaults
    ? Defaults[Name]
    : never;

type AsOptions<Options> = Options extends CachedOptions ? Options : never;

/** Refuses options that do not exist. The compiler would take them for a part of the inferred type. */
type Known<Options> = { readonly [Name in Exclude<keyof Options, keyof CachedOptions>]: NoSuchOption<Name> };

interface NoSuchOption<Name> {
  readonly none: Name;
}

/**
 * The type of `@cached` without parentheses: its name tells in the compiler's error what to write. It can be called as a
 * decorator, so that a mistake in `@cached({ … })` is the only one that the compiler reports.
 */
interface NeedsParentheses<Hint> {
  readonly hint: Hint;
  (target: any, context: DecoratorContext | string | symbol, descriptor?: unknown): void;
}

/**
 * Refuses a method that is already cached. With two caches, a result evicted from one would still come from the other.
 */
function refuseCached(method: Fn, label: Label): void {
  if (receiversOf(method) === undefined) return;
  throw new PlacementError(`${label(undefined)} is already cached: remove one of the two @cached()`);
}

/**
 * Refuses `many` on a getter, and `many` that names the decorated method itself, which would make batches of its own
 * batches forever. If the method calls itself under another name, the first call throws.
 */
function checkMany({ kind, key }: Target, label: Label, { many }: ResolvedOptions): void {
  if (many === undefined) return;
  if (many === key)
    throw new OptionError(mismatch('many', `the name of a method other than ${label(undefined)}`, many));
  if (kind !== 'getter') return;
  throw new PlacementError(`${label(undefined)} is a getter, which takes no argument to batch: remove many`);
}

/**
 * Refuses an option for async methods on a method that is not async, if the compiler recorded the types, as
 * `emitDecoratorMetadata` does. Otherwise the first call throws.
 */
function requirePromises(target: Target, label: Label, options: ResolvedOptions): void {
  const option = asyncOptionOf(options) ?? (options.many === undefined ? undefined : 'many');
  const type = option === undefined ? undefined : resultTypeOf(target);
  if (type === undefined || type === Object || 'then' in Object(type.prototype)) return;
  throw new OptionError(
    `${option} of ${label(undefined)}: expected a method that returns promises, but got: one that returns a ${type.name}`,
  );
}

const CACHED: Decorator = {
  name: 'cached',
  decorates: ['method', 'getter'],
  alternative: 'For a function, or a field that holds one, write memoize(fn)',
};

/**
 * Returns `Class.method`. A standard decorator does not know the class, so it is found from the class of the first
 * receiver.
 */
function labelOf({ owner, key }: Target, replacement: Fn | undefined, receiverClass: object | undefined): string {
  // The member on the prototype chain may be a mutator around the replacement, which has the same receivers.
  const isHere = (member: unknown, holder: object) => receiversOf(member) === receiversOf(replacement) && holder;
  // A private method is not on the prototype chain. The class of the receiver is the best guess then.
  return memberLabel(owner ?? (receiverClass && (pickMember(receiverClass, key, isHere) ?? receiverClass)), key);
}
