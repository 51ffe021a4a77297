import { NotCachedError } from '../errors.js';
import { CallCache } from './call-cache.js';
import type { Fn } from './definition.js';
import { pickMember } from './members.js';
import { memberOf, registered } from './registry.js';

/** The arguments of a cached member: a method's parameters, none for a getter. */
export type ArgsOf<M> = M extends (...args: infer A) => unknown ? A : [];
type ResultOf<M> = M extends (...args: any[]) => infer R ? R : M;

/**
 * The cache of a memoized function.
 *
 * @throws NotCachedError when the function is not memoized.
 * @example cacheOf(fact).clear()
 */
export function cacheOf<F extends Fn>(fn: F): CallCache<Parameters<F>, ReturnType<F>>;
/**
 * The cache of a decorated method or getter for one receiver: an instance or, for a static, the class; or that of a method
 * of a `cachedProxy`. The nearest decorated one on the prototype chain counts. The method itself may stand for its name:
 * a `#private` one has to, and inside the class it is the better typed, as the members of `this` have no types yet that a
 * name could choose from.
 *
 * @throws NotCachedError when there is no decorated method of that name.
 * @example
 * cacheOf(service, 'get').delete('users')
 * cacheOf(this, this.get).delete('users')
 */
export function cacheOf<T extends object, K extends keyof T>(
  receiver: T,
  name: K,
): CallCache<ArgsOf<T[K]>, ResultOf<T[K]>>;
export function cacheOf<F extends Fn>(receiver: object, method: F): CallCache<Parameters<F>, ReturnType<F>>;
export function cacheOf(target: object, ...members: unknown[]): CallCache {
  const [receiver, member] = memberOf(target, members[0]);
  const receivers =
    members.length === 0
      ? registered(receiver)
      : (registered(member) ?? pickMember(Object(receiver), member as PropertyKey, registered));
  const named = members.length === 0 ? target : member;
  const name = typeof named === 'function' ? named.name : typeof named === 'object' ? 'an object' : String(named);
  if (receivers === undefined) {
    throw new NotCachedError(`${name} is not cached: it needs @cached() as its outermost decorator, or memoize(fn)`);
  }
  if (members.length === 0 && receivers.sharing !== 'one') {
    throw new NotCachedError(
      `${receivers.definition.name} has a cache for each receiver: write cacheOf(receiver, name)`,
    );
  }
  return new CallCache(receivers.definition, receiver, receivers.of(receiver));
}
