import { memberLabel } from '../definition/definition.js';
import type { Fn } from '../definition/function.js';
import type { ResolvedOptions } from '../definition/resolved-options.js';
import { PlacementError } from '../errors.js';
import { requireOption } from '../validate.js';
import type { Features } from './features.js';
import { type Membership, memberOf, registerMembers } from './members.js';
import { receiversOf } from './registry.js';
import { wrap } from './wrap.js';

/**
 * A caching proxy handler: it answers for a proxy of an object. It gives a stand-in for each method, cached or not, which
 * runs with the object as `this`, since a proxy has neither private fields nor internal slots.
 */
export class CachingProxyHandler<T extends object> implements ProxyHandler<T> {
  readonly proxy: T;
  readonly #target: T;
  readonly #options: ReadonlyMap<PropertyKey, ResolvedOptions>;
  readonly #features: Features;
  /** The cached stand-in of each named method, and of which method it is. */
  readonly #cached = new Map<PropertyKey, { readonly method: Fn; readonly wrapper: Fn }>();
  readonly #uncached = new WeakMap<Fn, Fn>();
  /** What each stand-in stands for. */
  readonly #originals = new WeakMap<Fn, Fn>();

  /** @throws OptionError when a name is not that of a method, PlacementError when the method cannot be cached. */
  constructor(target: T, options: ReadonlyMap<PropertyKey, ResolvedOptions>, features: Features) {
    this.#target = target;
    this.#options = options;
    this.#features = features;
    this.proxy = new Proxy(target, this);
    for (const name of options.keys()) this.#require(name);
    registerMembers(this.proxy, (member) => this.#ownerOf(member));
  }

  get(target: T, name: PropertyKey, receiver: unknown): unknown {
    const member: unknown = Reflect.get(target, name, receiver === this.proxy ? target : receiver);
    if (typeof member !== 'function' || name === 'constructor' || isFixed(target, name)) return member;
    return this.#options.has(name) ? this.#cache(name, member as Fn) : this.#standIn(member as Fn);
  }

  set(target: T, name: PropertyKey, value: unknown, receiver: unknown): boolean {
    if (receiver !== this.proxy) return Reflect.set(target, name, value, receiver);
    // What was read from the proxy is put back as what it was in the object.
    return Reflect.set(target, name, this.#originals.get(value as Fn) ?? value);
  }

  /** Refuses a name whose method can never be cached. */
  #require(name: PropertyKey): void {
    const target = this.#target;
    const member: unknown = Reflect.get(target, name);
    const isMethod = typeof member === 'function' && name !== 'constructor' && !isClass(member);
    requireOption(isMethod, String(name), 'a method of the target, and no class', member);
    if (isFixed(target, name) || Reflect.get(target, name) !== member) {
      const reason = isFixed(target, name) ? 'is read-only' : 'is another function each time it is read';
      throw new PlacementError(
        `${String(name)} ${reason} in the target, so a proxy cannot cache it: write memoize(fn)`,
      );
    }
    this.#cache(name, member as Fn);
  }

  #cache(name: PropertyKey, method: Fn): Fn {
    const known = this.#cached.get(name);
    if (known?.method === method) return known.wrapper;
    if (isClass(method)) return method;
    const options = this.#options.get(name)!;
    const label = () => memberLabel(this.#target, name);
    // No member of its receivers' class: they must not keep the cache of a dead proxy.
    const wrapper = wrap(this.#redirected(method), {
      options,
      sharing: options.per ?? 'instance',
      label,
      role: 'function',
      features: this.#features,
    });
    this.#cached.set(name, { method, wrapper });
    this.#originals.set(wrapper, method);
    return wrapper;
  }

  #standIn(method: Fn): Fn {
    let standIn = this.#uncached.get(method);
    if (standIn === undefined) {
      standIn = isClass(method) ? method : this.#redirected(method);
      this.#uncached.set(method, standIn);
      this.#originals.set(standIn, method);
    }
    return standIn;
  }

  /** A method with the object in place of the proxy as its `this`, and the proxy in place of the object as its result. */
  #redirected(method: Fn): Fn {
    return new Proxy(method, {
      apply: (_, receiver, args) => {
        const result: unknown = Reflect.apply(method, receiver === this.proxy ? this.#target : receiver, args);
        return isPlainPromise(result) ? result.then((value) => this.#outside(value)) : this.#outside(result);
      },
    });
  }

  #outside(result: unknown): unknown {
    return result === this.#target ? this.proxy : result;
  }

  /** A member that is cached here is the proxy's; any other is the object's, and may be cached there. */
  #ownerOf(member: unknown): Membership {
    if (this.#options.has(member as PropertyKey)) {
      return [this.proxy, Reflect.get(this.proxy, member as PropertyKey)];
    }
    const original = this.#originals.get(member as Fn);
    const isCachedHere = original !== undefined && receiversOf(member) !== undefined;
    return isCachedHere ? [this.proxy, member] : memberOf(this.#target, original ?? member);
  }
}

/** Whether nothing is lost when another promise stands in its place. Node hangs symbols on those that it traces. */
function isPlainPromise(result: unknown): result is Promise<unknown> {
  return (
    result instanceof Promise &&
    Object.getPrototypeOf(result) === Promise.prototype &&
    Object.getOwnPropertyNames(result).length === 0
  );
}

/** Whether a function is a class, which has no use for a `this`: nobody can replace its prototype, as that of others. */
function isClass(member: object): boolean {
  return Reflect.getOwnPropertyDescriptor(member, 'prototype')?.writable === false;
}

/** Whether the engine has a proxy give a property as it is. */
function isFixed(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  return own?.configurable === false && own.writable === false;
}
