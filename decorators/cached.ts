import { ALL_FEATURES } from '../src/all-features.js';
import type { Label } from '../src/definition/definition.js';
import { memberLabel } from '../src/definition/definition.js';
import type { Fn } from '../src/definition/function.js';
import type { CachedOptions } from '../src/definition/options.js';
import { asyncOptionOf, type ResolvedOptions, resolveOptions } from '../src/definition/resolved-options.js';
import { mismatch, OptionError, PlacementError } from '../src/errors.js';
import { pickMember } from '../src/memoize/members.js';
import { receiversOf } from '../src/memoize/registry.js';
import { wrap } from '../src/memoize/wrap.js';
import { adapt, type Decorator, type Place } from './dialect.js';
import { carryMetadata, recordOptions, resultTypeOf } from './metadata.js';

/** What `cached` returns: a decorator of methods and getters, static and private ones too, in either dialect. */
export interface CachedDecorator {
  // standard
  <F extends Fn>(method: F, context: ClassMethodDecoratorContext<any, F>): F;
  <This, R>(getter: (this: This) => R, context: ClassGetterDecoratorContext<This, R>): (this: This) => R;
  // legacy
  <T>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): TypedPropertyDescriptor<T> | void;
}

/**
 * Caches a method or getter: each receiver gets a read-through LRU cache of its own, keyed by the
 * arguments. The method on the prototype is replaced, and nothing is added to instances.
 *
 * A hit takes O(size of the arguments), a miss the same and the call. An error is not stored. A
 * promise is given to every caller until it is fulfilled, and stored then.
 *
 * @throws OptionError when an option is not as `CachedOptions` says, PlacementError when the decorator
 *   stands on anything but a method or getter, on a generator, or on what is cached already; both at decoration.
 *   An option for async methods on another is an OptionError too, at the first call where it cannot be known before.
 * @example
 * class SchemaService {
 *   @cached({ capacity: 128, ttl: 300_000 })
 *   async get(table: string): Promise<Schema> { … }
 * }
 */
export function cached(options: CachedOptions = {}, ...misuse: unknown[]): CachedDecorator {
  if (misuse.length > 0 || typeof options === 'function')
    throw new PlacementError('@cached needs its parentheses: write @cached()');
  const resolved = resolveOptions(options);
  const decorate = (...call: unknown[]): unknown =>
    adapt(CACHED, call, (place) => {
      let replacement: Fn | undefined;
      const label: Label = (seen) => labelOf(place, replacement, seen);
      refuseSecond(place.method, label);
      checkMany(place, label, resolved);
      requirePromises(place, label, resolved);
      const role = place.kind === 'getter' ? 'getter' : 'method';
      const sharing = resolved.per ?? 'instance';
      replacement = wrap(place.method, { options: resolved, sharing, label, role, features: ALL_FEATURES });
      carryMetadata(place.method, replacement);
      recordOptions(place, replacement, resolved);
      return replacement;
    });
  return decorate as CachedDecorator;
}

/** Whatever is forgotten would be forgotten by one of two caches, and given by the other. */
function refuseSecond(method: Fn, label: Label): void {
  if (receiversOf(method) === undefined) return;
  throw new PlacementError(`${label(undefined)} is cached already: leave out one of two @cached()`);
}

/** The method itself would gather its own batches for ever. Under another name the first call finds that out. */
function checkMany({ kind, key }: Place, label: Label, { many }: ResolvedOptions): void {
  if (many === undefined) return;
  if (many === key) throw new OptionError(mismatch('many', `the name of a method beside ${label(undefined)}`, many));
  if (kind !== 'getter') return;
  throw new PlacementError(`${label(undefined)} is a getter, which has no argument to make a batch of: leave out many`);
}

/** Only where the compiler has left the types, as `emitDecoratorMetadata` does; else the first call finds out. */
function requirePromises(place: Place, label: Label, options: ResolvedOptions): void {
  const option = asyncOptionOf(options) ?? (options.many === undefined ? undefined : 'many');
  const type = option === undefined ? undefined : resultTypeOf(place);
  if (type === undefined || type === Object || 'then' in Object(type.prototype)) return;
  throw new OptionError(
    `${option} of ${label(undefined)}: expected a method that returns promises, but got: one that returns a ${type.name}`,
  );
}

const CACHED: Decorator = {
  name: 'cached',
  serves: ['method', 'getter'],
  otherwise: 'For a function, or a field that holds one, write memoize(fn)',
};

/** `Class.method`. Standard decorators do not know the class: it is found from a receiver's, once there is one. */
function labelOf({ home, key }: Place, replacement: Fn | undefined, seen: object | undefined): string {
  // What stands on the chain may be an @evicts before the replacement, which is found as that is.
  const isHere = (member: unknown, owner: object) => receiversOf(member) === receiversOf(replacement) && owner;
  // A private method stands on none of the chain: then the receiver's class is the best there is.
  return memberLabel(home ?? (seen && (pickMember(seen, key, isHere) ?? seen)), key);
}
