import type { Fn } from '../definition/function.js';
import type { ArgsOf, ResultOf } from '../definition/signature.js';
import { NotCachedError, shortened } from '../errors.js';
import { CallCache } from './call-cache.js';
import { memberOf, pickMember } from './members.js';
import type { Receivers } from './receivers.js';
import { receiversOf, receiversOfMember } from './registry.js';

/**
 * Returns the cache of a memoized function.
 *
 * @throws NotCachedError when the function is not memoized, or when it has one cache for each
 *   receiver: then pass the receiver too.
 * @example cacheOf(fact).clear()
 */
export function cacheOf<F extends Fn>(fn: F): CallCache<ArgsOf<F>, ResultOf<F>>;
/**
 * Returns the cache of a decorated method or getter for one receiver, or the cache of a method of a `cachedProxy`. The
 * receiver is an instance; for a static method it is the class. If several classes on the prototype chain decorate the
 * name, `cacheOf` takes the nearest one. You can pass the method itself instead of its name. You must pass a
 * `#private` method itself. Inside the class, passing the method also gives better types, because the type of `this` is not
 * known there, so a name cannot select a member from it.
 *
 * The cache has the types of the member's parameters and result. For an overloaded method, the types of the last four
 * overloads are accepted. A getter takes no arguments, but the compiler cannot distinguish a getter that returns a
 * function from a method; the last example shows the cast for that.
 *
 * @throws NotCachedError when there is no decorated method or getter of that name.
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
      : (receiversOf(member) ?? pickMember(Object(receiver), member as PropertyKey, finderOf(member as PropertyKey)));
  const named = members.length === 0 ? target : member;
  const name =
    typeof named === 'function' ? named.name : typeof named === 'object' ? 'an object' : shortened(named, LONGEST_NAME);
  if (receivers === undefined) {
    throw new NotCachedError(
      `${name || 'a function'} is not cached: it needs @cached() as its outermost decorator, or memoize(fn), from this copy of memokit`,
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
 * Returns the caches of all cached members with one name along the prototype chain, nearest first.
 *
 * @throws NotCachedError when the chain has no cached member of that name.
 */
export function cachesOf(target: object, name: PropertyKey): readonly [CallCache, ...CallCache[]] {
  const nearest: CallCache = cacheOf(target as Record<PropertyKey, unknown>, name);
  const [receiver, member] = memberOf(target, name);
  // A method that a `cachedProxy` caches is not on the prototype chain.
  if (receiversOf(member) !== undefined) return [nearest];
  const chain = new Set<Receivers>();
  const find = finderOf(name);
  pickMember(Object(receiver), name, (owned, owner) => {
    const receivers = find(owned, owner);
    if (receivers !== undefined) chain.add(receivers);
    return undefined;
  });
  const [, ...overridden] = chain;
  return [nearest, ...overridden.map((receivers) => cacheFor(receivers, receiver))];
}

/** The most characters of a name in a message. A program may pass a name that a request has brought. */
const LONGEST_NAME = 100;

/** Returns the function that finds the receivers of a member with a name, for `pickMember`. */
function finderOf(name: PropertyKey): (member: unknown, owner: object) => Receivers | undefined {
  return (member, owner) => receiversOfMember(owner, name, member);
}

function cacheFor(receivers: Receivers, receiver: unknown): CallCache {
  return new CallCache(receivers.loader, receiver, receivers.of(receiver));
}
