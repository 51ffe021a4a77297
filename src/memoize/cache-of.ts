import type { Fn } from '../definition/function.js';
import { memberLabel } from '../definition/label.js';
import type { ArgsOf, ResultOf } from '../definition/signature.js';
import { NotCachedError, shortened } from '../errors.js';
import { descriptorOf, ownKeys } from '../platform.js';
import { CallCache } from './call-cache.js';
import { hiddenAt, receiversByMetadata } from './hidden-members.js';
import { memberOf, pickMember } from './members.js';
import { publicForm } from './receivers.js';
import { type Receivers, receiversOf, receiversOfMember } from './registry.js';

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
  if (members.length > 0) {
    const named = receiversOf(member);
    if (named !== undefined) return cacheFor(named, receiver);
    if (typeof member === 'function' || typeof member === 'object') throw unknownFunction(member);
    const known = chainOf(receiver, member as PropertyKey).map((at) => at.filter((each) => each !== null));
    const [found, other] = known.find(({ length }) => length > 0) ?? [];
    // If there are two at one place, it is not known which of them the receiver calls.
    if (found && !other) return cacheFor(found, receiver);
    throw notCached(receiver, member as PropertyKey);
  }
  const receivers = receiversOf(receiver);
  if (receivers === undefined) throw unknownFunction(target);
  if (receivers.sharing === 'instance' || receivers.sharing === 'class') {
    throw new NotCachedError(
      `${receivers.definition.name} has a cache for each receiver: write cacheOf(receiver, method)`,
    );
  }
  // The function was not called on anything, so it has no `this` in a refresh or in the option `key` either.
  return cacheFor(receivers, undefined);
}

/**
 * Returns the caches of all cached members with one name along the prototype chain, nearest first. There is none if
 * something may hide a cached member that was never called.
 *
 * @throws NotCachedError when the chain has no cached member of that name.
 */
export function cachesOf(target: object, name: PropertyKey): readonly CallCache[] {
  const [receiver, member] = memberOf(target, name);
  // A method that a `cachedProxy` caches is not on the prototype chain.
  const proxied = receiversOf(member);
  const chain = new Set(proxied === undefined ? chainOf(receiver, name).flat() : [proxied]);
  if (chain.size === 0) throw notCached(receiver, name);
  return [...chain].flatMap((receivers) => (receivers === null ? [] : cacheFor(receivers, receiver)));
}

/**
 * Returns the receivers of the cached members with one name along the prototype chain, nearest first. Where something
 * hides the member, several come into question, or `null` for one that was never called.
 */
function chainOf(receiver: object, name: PropertyKey): (Receivers | null)[][] {
  const owners: [owner: object, member: unknown, known: Receivers | undefined][] = [];
  pickMember(Object(receiver), name, (member, owner) => {
    const known = receiversOfMember(owner, name, member) ?? receiversByMetadata(owner, name);
    owners.push([owner, member, known]);
    return undefined;
  });
  const visible = owners.map(([, , known]) => known);
  const found = owners.map(([owner, member, known]) => {
    if (known !== undefined) return [known];
    if (typeof member !== 'function') return [];
    return hiddenAt(owner, name).filter((each) => !visible.includes(each as Receivers));
  });
  return found.filter(({ length }) => length > 0);
}

/** The most characters of a name in a message. A program may pass a name that a request has brought. */
const LONGEST_NAME = 100;

function unknownFunction(fn: unknown): NotCachedError {
  const name =
    typeof fn === 'function'
      ? fn.name || 'a function'
      : typeof fn === 'object'
        ? 'an object'
        : shortened(fn, LONGEST_NAME);
  return new NotCachedError(
    `${name} is not cached: it needs @cached() as its outermost decorator, or memoize(fn), from this copy of memokit`,
  );
}

/** Returns the error for a name of no cached member, which says what the receiver has under that name. */
function notCached(receiver: object, name: PropertyKey): NotCachedError {
  let kind: string | undefined;
  const names: string[] = [];
  pickMember(Object(receiver), name, (member, owner) => {
    if (member !== undefined) kind ??= typeof member;
    for (const key of ownKeys(owner)) {
      const { get, value } = descriptorOf(owner, key)!;
      if (receiversOfMember(owner, key, get ?? value) !== undefined) names.push(String(key));
    }
    return undefined;
  });
  const label = memberLabel(receiver, shortened(name, LONGEST_NAME));
  const reason =
    kind === undefined
      ? `there is no such member${names.length > 0 ? `, and the cached ones are: ${shortened(names.join(', '), LONGEST_NAME)}` : ''}`
      : kind === 'function'
        ? 'a function stands there that is not a cached method. It lacks @cached(), or something has wrapped it: ' +
          '@cached() needs to be the outermost decorator, from this copy of memokit'
        : `a value of type ${kind} stands there, not a method`;
  return new NotCachedError(`${label} is not cached: ${reason}`);
}

function cacheFor(receivers: Receivers, receiver: unknown): CallCache {
  const cache = receivers.cacheOf(receiver);
  if (cache !== undefined) return cache;
  throw new NotCachedError(
    `${receivers.definition.name} is cached by another copy of memokit, from a bundle without cacheOf: import cacheOf there too`,
  );
}

publicForm.of = (receivers, receiver) => new CallCache(receivers.loader, receiver, receivers);
