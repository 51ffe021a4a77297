import type { Fn } from '../definition/function.js';
import type { ArgsOf, ResultOf } from '../definition/signature.js';
import { NotCachedError } from '../errors.js';
import { CallCache } from './call-cache.js';
import { memberOf, pickMember } from './members.js';
import type { Receivers } from './receivers.js';
import { receiversOf } from './registry.js';

/**
 * The cache of a memoized function.
 *
 * @throws NotCachedError when the function is not memoized.
 * @example cacheOf(fact).clear()
 */
export function cacheOf<F extends Fn>(fn: F): CallCache<ArgsOf<F>, ResultOf<F>>;
/**
 * The cache of a decorated method or getter for one receiver: an instance or, for a static, the class; or that of a method
 * of a `cachedProxy`. The nearest decorated one on the prototype chain counts. The method itself may stand for its name:
 * a `#private` one has to, and inside the class it is the better typed, as the members of `this` have no types yet that a
 * name could choose from.
 *
 * The types are those of the member's parameters and result; where a method is overloaded, those of any of the last four
 * overloads. A getter takes none, but the compiler cannot tell one that gives a function from a method: see the example.
 *
 * @throws NotCachedError when there is no decorated method of that name.
 * @example
 * cacheOf(service, 'get').delete('users')
 * cacheOf(this, this.get).delete('users')
 * cacheOf(service as { handler: object }, 'handler').delete() // get handler(): () => void
 */
export function cacheOf<T extends object, K extends keyof T>(
  receiver: T,
  name: K,
): CallCache<ArgsOf<T[K]>, ResultOf<T[K]>>;
export function cacheOf<F extends Fn>(receiver: object, method: F): CallCache<ArgsOf<F>, ResultOf<F>>;
export function cacheOf(target: object, ...members: unknown[]): CallCache {
  const [receiver, member] = memberOf(target, members[0]);
  const receivers =
    members.length === 0
      ? receiversOf(receiver)
      : (receiversOf(member) ?? pickMember(Object(receiver), member as PropertyKey, receiversOf));
  const named = members.length === 0 ? target : member;
  const name = typeof named === 'function' ? named.name : typeof named === 'object' ? 'an object' : String(named);
  if (receivers === undefined) {
    throw new NotCachedError(
      `${name || 'a function'} is not cached: it needs @cached() as its outermost decorator, or memoize(fn), of this very copy of memokit`,
    );
  }
  if (members.length === 0 && receivers.sharing !== 'one') {
    throw new NotCachedError(
      `${receivers.definition.name} has a cache for each receiver: write cacheOf(receiver, method)`,
    );
  }
  return cacheFor(receivers, receiver);
}

/**
 * The caches of all cached members of a name along the prototype chain, nearest first.
 *
 * @throws NotCachedError when there is none.
 */
export function cachesOf(target: object, name: PropertyKey): readonly [CallCache, ...CallCache[]] {
  const nearest: CallCache = cacheOf(target as Record<PropertyKey, unknown>, name);
  const [receiver, member] = memberOf(target, name);
  // What a proxy has cached itself stands on no chain.
  if (receiversOf(member) !== undefined) return [nearest];
  const chain = new Set<Receivers>();
  pickMember(Object(receiver), name, (owned) => {
    const receivers = receiversOf(owned);
    if (receivers !== undefined) chain.add(receivers);
    return undefined;
  });
  const [, ...overridden] = chain;
  return [nearest, ...overridden.map((receivers) => cacheFor(receivers, receiver))];
}

function cacheFor(receivers: Receivers, receiver: unknown): CallCache {
  return new CallCache(receivers.loader, receiver, receivers.of(receiver));
}
