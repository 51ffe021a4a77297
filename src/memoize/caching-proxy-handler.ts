import type { Fn } from '../definition/function.js';
import { memberLabel } from '../definition/label.js';
import type { ResolvedOptions } from '../definition/resolved-options.js';
import { PlacementError } from '../errors.js';
import {
  applyFunction,
  bare,
  descriptorOf,
  getProperty,
  namesOf,
  prototypeOf,
  rawDescriptorOf,
  setProperty,
  setPrototypeOf,
  tryDefineProperty,
} from '../platform.js';
import { requireOption } from '../validate.js';
import type { Features } from './features.js';
import { type Membership, memberOf, registerMembers } from './members.js';
import { receiversOf } from './registry.js';
import { wrap } from './wrap.js';

/**
 * The handler of a caching proxy. For each method, cached or not, it returns a forwarder: a function that runs the method
 * with the object as `this`, because the proxy has neither the private fields nor the internal slots of the object.
 */
export class CachingProxyHandler<T extends object> implements ProxyHandler<T> {
  readonly proxy: T;
  readonly #target: T;
  readonly #options: ReadonlyMap<PropertyKey, ResolvedOptions>;
  readonly #features: Features;
  /** For each named method: the method that was cached last, and its cached wrapper. */
  readonly #cached = new Map<PropertyKey, { readonly method: Fn; readonly wrapper: Fn }>();
  /** The forwarder of each method that is not cached. */
  readonly #forwarders = new WeakMap<Fn, Fn>();
  /** The object's method behind each stand-in, which is a wrapper or forwarder of this or another proxy of the object. */
  readonly #originals: WeakMap<Fn, Fn>;

  /** @throws OptionError when a name is not the name of a method, PlacementError when the method cannot be cached. */
  constructor(target: T, options: ReadonlyMap<PropertyKey, ResolvedOptions>, features: Features) {
    this.#target = target;
    this.#originals = originalsOf(target);
    this.#options = options;
    this.#features = features;
    // Traps that a program has added to `Object.prototype` must not run.
    setPrototypeOf(CachingProxyHandler.prototype, null);
    this.proxy = new Proxy(target, this);
    for (const name of options.keys()) this.#requireCacheable(name);
    registerMembers(this.proxy, (member) => this.#ownerOf(member));
  }

  get(target: T, name: PropertyKey, receiver: unknown): unknown {
    const member: unknown = getProperty(target, name, receiver === this.proxy ? target : receiver);
    if (typeof member !== 'function' || name === 'constructor' || isReadOnly(target, name)) return member;
    return this.#options.has(name) ? this.#cache(name, member as Fn) : this.#forward(member as Fn);
  }

  set(target: T, name: PropertyKey, value: unknown, receiver: unknown): boolean {
    if (receiver !== this.proxy && receiver !== target) return setProperty(target, name, value, receiver);
    // The caller may assign a function that it read from the proxy. The object then gets the original method back.
    return setProperty(target, name, this.#restore(value));
  }

  defineProperty(target: T, name: PropertyKey, descriptor: PropertyDescriptor): boolean {
    const given = bare(descriptor);
    const restored = bare(given);
    for (const part of ['value', 'get', 'set'] as const) {
      if (part in restored) restored[part] = this.#restore(restored[part]) as Fn | undefined;
    }
    if (isSameMember(restored, given)) return tryDefineProperty(target, name, given);
    const own = descriptorOf(target, name);
    restored.configurable ??= own?.configurable ?? true;
    const isWritable = 'value' in given && (given.writable ?? own?.writable);
    // For a property that can never change again, the engine insists on the function that the caller gave.
    return restored.configurable || isWritable ? tryDefineProperty(target, name, restored) : false;
  }

  /** Returns the object's method behind a stand-in. Returns any other value as it is. */
  #restore(value: unknown): unknown {
    return this.#originals.get(value as Fn) ?? value;
  }

  /** Checks that the method of a name can be cached. Throws if it never can. */
  #requireCacheable(name: PropertyKey): void {
    const target = this.#target;
    const member: unknown = getProperty(target, name);
    const isMethod = typeof member === 'function' && name !== 'constructor' && !isClass(member);
    requireOption(isMethod, String(name), 'a method of the target, not a class', member);
    if (isReadOnly(target, name) || getProperty(target, name) !== member) {
      const reason = isReadOnly(target, name) ? 'is read-only' : 'is a different function each time it is read';
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
    // The role is `function`, not `method`: a receiver must not keep the cache alive after the proxy is gone.
    const wrapper = wrap(this.#redirect(method), {
      options,
      sharing: options.per ?? 'instance',
      label,
      role: 'function',
      features: this.#features,
      isStatic: false,
    });
    this.#cached.set(name, { method, wrapper });
    this.#originals.set(wrapper, method);
    return wrapper;
  }

  #forward(method: Fn): Fn {
    let forwarder = this.#forwarders.get(method);
    if (forwarder === undefined) {
      forwarder = isClass(method) ? method : this.#redirect(method);
      this.#forwarders.set(method, forwarder);
      this.#originals.set(forwarder, method);
    }
    return forwarder;
  }

  /**
   * Makes a function that calls a method with the object in place of the proxy, as `this` and as an argument, and returns
   * the proxy in place of the object.
   */
  #redirect(method: Fn): Fn {
    const replaceProxy = (value: unknown) => (value === this.proxy ? this.#target : value);
    const apply: ProxyHandler<Fn>['apply'] = (_, receiver, args) => {
      const own = args.includes(this.proxy) ? args.map(replaceProxy) : args;
      const result: unknown = applyFunction(method, replaceProxy(receiver), own);
      return isPlainPromise(result) ? result.then((value) => this.#replaceTarget(value)) : this.#replaceTarget(result);
    };
    return new Proxy(method, bare({ apply }));
  }

  #replaceTarget(result: unknown): unknown {
    return result === this.#target ? this.proxy : result;
  }

  /**
   * The owner of a member: the proxy, if the proxy caches it; otherwise the object, which may cache the member itself.
   */
  #ownerOf(member: unknown): Membership {
    if (this.#options.has(member as PropertyKey)) {
      return [this.proxy, getProperty(this.proxy, member as PropertyKey)];
    }
    const original = this.#originals.get(member as Fn);
    const isCachedHere = original !== undefined && receiversOf(member) !== undefined;
    return isCachedHere ? [this.proxy, member] : memberOf(this.#target, original ?? member);
  }
}

/** Returns the map from stand-ins to methods that all proxies of an object share. */
function originalsOf(target: object): WeakMap<Fn, Fn> {
  const originals = allOriginals.get(target) ?? new WeakMap<Fn, Fn>();
  allOriginals.set(target, originals);
  return originals;
}

const allOriginals = /* @__PURE__ */ new WeakMap<object, WeakMap<Fn, Fn>>();

function isSameMember(one: PropertyDescriptor, other: PropertyDescriptor): boolean {
  return one.value === other.value && one.get === other.get && one.set === other.set;
}

/**
 * Whether the proxy may replace a promise by another one without losing anything. Symbols do not count as properties,
 * because Node puts symbols on the promises that it traces.
 */
function isPlainPromise(result: unknown): result is Promise<unknown> {
  return result instanceof Promise && prototypeOf(result) === Promise.prototype && namesOf(result).length === 0;
}

/** Whether a function is a class. The `prototype` of a class is read-only; the `prototype` of other functions is not. */
function isClass(member: object): boolean {
  return descriptorOf(member, 'prototype')?.writable === false;
}

/** Whether a property is non-configurable and read-only, so that the engine requires a proxy to return it unchanged. */
function isReadOnly(target: object, name: PropertyKey): boolean {
  const isFixed = rawDescriptorOf(target, name)?.configurable === false;
  return isFixed && descriptorOf(target, name)!.writable === false;
}
