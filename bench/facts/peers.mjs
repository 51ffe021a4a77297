/**
 * A peer: a library that memoizes, set up for functions of several arguments as its own documents
 * say. What a case asks for (`capacity`, `ttl`, `async`) is given in the peer's own words; where it
 * takes a cache of the user's, it is given an lru-cache for that.
 *
 * - `name`, and `package` where that is another.
 * - `memoize(fn, wanted)`: the memoized function.
 * - `forget(memoized)`: drops its entries.
 * - `method(prototype, name)`: memoizes a method, where that is not plain assignment.
 * - `register(Class, valueOf)`: has instances of a class that one did not write count by a value.
 * - `decorator()`: its decorator, with the dialects that it is made for.
 * - `lacks`: what it does not offer, each with the reason.
 */
import { Cacheable, CacheableMemory } from 'cacheable';
import fastMemoize from 'fast-memoize';
import lodash from 'lodash';
import { LRUCache } from 'lru-cache';
import memoize, { memoizeClear, memoizeDecorator } from 'memoize';
import memoizeOne from 'memoize-one';
import memoizee from 'memoizee';
import memoizeMethods from 'memoizee/methods.js';
import * as microMemoize from 'micro-memoize';
import moize from 'moize/mjs/index.mjs';
import nanoMemoize from 'nano-memoize';
import pMemoize, { pMemoizeClear, pMemoizeDecorator } from 'p-memoize';
import typescriptMemoize from 'typescript-memoize';
import * as memokit from '../../dist/index.js';

/** A bound for the libraries that keep one entry unless told otherwise. */
const ROOMY = 1000;

const noDecorator = 'has no decorator';
const withoutDecorator = { legacy: noDecorator, standard: noDecorator, getter: noDecorator };

/** A cache to bring along, or `undefined` when nothing is asked that needs one. */
function broughtCache({ capacity, ttl }) {
  return capacity || ttl ? new LRUCache({ max: capacity ?? ROOMY, ttl: ttl ?? 0 }) : undefined;
}

export const peers = [
  {
    name: 'memokit',
    memoize: (fn, { capacity, ttl }) => memokit.memoize(fn, { capacity, ttl }),
    forget: (memoized) => memokit.cacheOf(memoized).clear(),
    register: memokit.registerCacheKey,
    decorator: () => memokit.cached(),
    dialects: ['standard', 'legacy'],
    lacks: {},
  },
  {
    name: 'typescript-memoize',
    memoize(fn, { ttl }) {
      const tag = Symbol('tag');
      const decorate = typescriptMemoize.Memoize({
        hashFunction: (...args) => JSON.stringify(args),
        expiring: ttl,
        tags: [tag],
      });
      // It decorates methods only, so the function becomes one of an object of its own.
      const descriptor = { value: fn };
      decorate({}, fn.name, descriptor);
      const owner = {};
      const memoized = (...args) => descriptor.value.apply(owner, args);
      const { name, length } = descriptor.value;
      Object.defineProperties(memoized, { name: { value: name }, length: { value: length } });
      return Object.assign(memoized, { tag });
    },
    forget: (memoized) => typescriptMemoize.clear([memoized.tag]),
    decorator: () => typescriptMemoize.Memoize((...args) => JSON.stringify(args)),
    dialects: ['legacy'],
    lacks: {
      standard: 'its decorator is for the legacy dialect',
      capacity: 'has no bound',
    },
  },
  microMemoizeBy('deep'),
  microMemoizeBy('identity'),
  {
    name: 'fast-memoize',
    memoize(fn, wanted) {
      const cache = broughtCache(wanted);
      return cache ? fastMemoize(fn, { cache: { create: () => cache } }) : fastMemoize(fn);
    },
    lacks: { ...withoutDecorator, forget: 'cannot forget' },
  },
  {
    name: 'memoize',
    memoize: (fn, { capacity, ttl }) =>
      memoize(fn, { cacheKey: JSON.stringify, maxAge: ttl, cache: broughtCache({ capacity }) }),
    forget: memoizeClear,
    decorator: () => memoizeDecorator({ cacheKey: JSON.stringify }),
    dialects: ['standard'],
    lacks: { legacy: 'its decorator is for the standard dialect' },
  },
  {
    name: 'p-memoize',
    memoize: (fn, wanted) => pMemoize(fn, { cacheKey: JSON.stringify, cache: broughtCache(wanted) }),
    forget: pMemoizeClear,
    decorator: () => pMemoizeDecorator({ cacheKey: JSON.stringify }),
    dialects: ['standard'],
    lacks: {
      legacy: 'its decorator is for the standard dialect',
      getter: 'decorates methods only',
    },
  },
  {
    name: 'memoizee',
    memoize: (fn, { capacity, ttl, async }) =>
      memoizee(fn, { length: false, promise: async, max: capacity, maxAge: ttl }),
    forget: (memoized) => memoized.clear(),
    method(prototype, name) {
      const method = { ...Object.getOwnPropertyDescriptor(prototype, name), length: false };
      Object.defineProperties(prototype, memoizeMethods({ [name]: method }));
    },
    lacks: withoutDecorator,
  },
  {
    name: 'lodash',
    memoize(fn, wanted) {
      const memoized = lodash.memoize(fn, (...args) => JSON.stringify(args));
      memoized.cache = broughtCache(wanted) ?? memoized.cache;
      return memoized;
    },
    forget: (memoized) => memoized.cache.clear(),
    lacks: withoutDecorator,
  },
  {
    name: 'moize (deep)',
    package: 'moize',
    memoize: (fn, { capacity = ROOMY, ttl, async = false }) =>
      moize(fn, { isDeepEqual: true, maxSize: capacity, isPromise: async, ...(ttl && { maxAge: ttl }) }),
    forget: (memoized) => memoized.clear(),
    lacks: withoutDecorator,
  },
  {
    name: 'memoize-one',
    memoize: (fn) => memoizeOne(fn),
    forget: (memoized) => memoized.clear(),
    lacks: {
      ...withoutDecorator,
      capacity: 'keeps the latest result only',
      ttl: 'has no ttl',
    },
  },
  {
    name: 'nano-memoize',
    memoize: (fn, { ttl }) => nanoMemoize.nanomemoize(fn, { maxAge: ttl }),
    forget: (memoized) => memoized.clear(),
    lacks: { ...withoutDecorator, capacity: 'has no bound' },
  },
  {
    name: 'cacheable',
    memoize(fn, { capacity, ttl, async }) {
      const cache = async ? new Cacheable({ ttl }) : new CacheableMemory({ lruSize: capacity, ttl });
      return Object.assign(cache.wrap(fn, { keyPrefix: 'facts' }), { cache });
    },
    forget: (memoized) => memoized.cache.clear(),
    lacks: withoutDecorator,
  },
  {
    name: 'JSON.stringify + lru-cache',
    package: 'lru-cache',
    memoize(fn, { capacity = ROOMY, ttl = 0 }) {
      const cache = new LRUCache({ max: capacity, ttl });
      function memoized(...args) {
        const key = JSON.stringify(args);
        if (cache.has(key)) return cache.get(key);
        const result = fn.apply(this, args);
        cache.set(key, result);
        return result;
      }
      return Object.assign(memoized, { cache });
    },
    forget: (memoized) => memoized.cache.clear(),
    lacks: withoutDecorator,
  },
];

/** Both of its comparisons are documented alike, and each has its price. */
function microMemoizeBy(comparison) {
  const comparing = comparison === 'deep' ? { isKeyItemEqual: 'deep' } : {};
  return {
    name: `micro-memoize (${comparison})`,
    package: 'micro-memoize',
    memoize: (fn, { capacity = ROOMY, ttl, async = false }) =>
      microMemoize.memoize(fn, { ...comparing, maxSize: capacity, async, ...(ttl && { expires: ttl }) }),
    forget: (memoized) => memoized.cache.clear(),
    lacks: withoutDecorator,
  };
}
