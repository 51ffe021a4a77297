/**
 * A memoizer of functions: `memoize(fn, wanted)` gives what is called, set up as its library documents, to be as fast as
 * it can be with right results for the arguments at hand. `wanted` has
 *
 * - `arity`; `isStructured`: an argument is compared by content, `isJson` whether `JSON.stringify` tells them apart.
 * - `room`: entries that must fit; `evicts`: and no more; `ttl`, `staleIfError`; `isAsync`.
 *
 * `callee` is how to call it, `subject` unless given, and `lacks(wanted)` tells whether it has no such thing. One that
 * `isObjectKeyed` keeps strings in a plain object, which makes V8 internalize those that other contenders use; one that
 * `isDecorated` is another way into the code of one of ours.
 */
import fastMemoize from 'fast-memoize';
import { LRUCache } from 'lru-cache';
import memoize from 'memoize';
import memoizee from 'memoizee';
import * as microMemoize from 'micro-memoize';
import typescriptMemoize from 'typescript-memoize';
import { decorateLegacy, decorateStandard } from './decorate.mjs';

const needsJson = ({ isStructured, isJson }) => isStructured && !isJson;
const stringifyOne = (argument) => JSON.stringify(argument);

/** Those of all libraries, ours first. */
export function functionsOf(builds) {
  return [
    ...builds.flatMap(({ name, memokit }) => [
      {
        name,
        isOurs: true,
        memoize: (fn, wanted) => memokit.memoize(fn, optionsOf(wanted)),
      },
      {
        name: `${name} @cached`,
        isOurs: true,
        isDecorated: true,
        callee: 'subject.get',
        memoize: (fn, wanted) =>
          serviceOf(fn, (Service) => decorateStandard(Service, 'get', memokit.cached(optionsOf(wanted)))),
      },
    ]),
    {
      name: 'typescript-memoize',
      callee: 'subject.get',
      memoize: (fn, { arity, isStructured, ttl }) =>
        serviceOf(fn, (Service) => {
          const hashFunction = isStructured ? stringifyOne : arity > 1 || undefined;
          decorateLegacy(Service, 'get', typescriptMemoize.Memoize({ hashFunction, expiring: ttl }));
        }),
      lacks: (wanted) => wanted.evicts || needsJson(wanted),
    },
    {
      name: 'micro-memoize',
      memoize: (fn, { isStructured, room, ttl, isAsync = false }) =>
        microMemoize.memoize(fn, {
          maxSize: room,
          async: isAsync,
          ...(isStructured && { isKeyItemEqual: 'deep' }),
          ...(ttl && { expires: ttl }),
        }),
    },
    {
      name: 'fast-memoize',
      memoize(fn, { room, evicts, ttl }) {
        if (!evicts && ttl === undefined) return fastMemoize(fn);
        const cache = new LRUCache({ max: room, ttl });
        return fastMemoize(fn, { cache: { create: () => cache } });
      },
      lacks: needsJson,
    },
    {
      name: 'memoize',
      memoize: (fn, { arity, isStructured, room, evicts, ttl }) =>
        memoize(fn, {
          ...((arity > 1 || isStructured) && { cacheKey: JSON.stringify }),
          ...(evicts && { cache: new LRUCache({ max: room }) }),
          maxAge: ttl,
        }),
      lacks: needsJson,
    },
    {
      name: 'memoizee',
      isObjectKeyed: true,
      memoize: (fn, { isStructured, room, evicts, ttl, isAsync }) =>
        memoizee(fn, {
          ...(isStructured ? { normalizer: JSON.stringify } : { primitive: true }),
          ...(evicts && { max: room }),
          maxAge: ttl,
          promise: isAsync,
        }),
      lacks: needsJson,
    },
    {
      name: 'JSON.stringify + lru-cache',
      memoize: (fn, { arity, room, ttl }) => stringified[arity](fn, new LRUCache({ max: room, ttl })),
      lacks: needsJson,
    },
  ];
}

/** Ours. */
function optionsOf({ room, ttl = Infinity, staleIfError }) {
  return { capacity: room, ttl, ...(staleIfError && { staleIfError }) };
}

/** An object with the function as its method `get`. */
function serviceOf(fn, decorate) {
  class Service {}
  Object.defineProperty(Service.prototype, 'get', { value: fn, writable: true, configurable: true });
  decorate(Service);
  return new Service();
}

/** What a user writes around lru-cache, by the number of arguments. */
const stringified = [
  (fn, cache) => () => {
    const known = cache.get('[]');
    if (known !== undefined) return known;
    const result = fn();
    cache.set('[]', result);
    return result;
  },
  (fn, cache) => (a) => {
    const key = JSON.stringify(a);
    const known = cache.get(key);
    if (known !== undefined) return known;
    const result = fn(a);
    cache.set(key, result);
    return result;
  },
  ...[2, 3].map((length) => (fn, cache) => {
    const memoized = (...args) => {
      const key = JSON.stringify(args);
      const known = cache.get(key);
      if (known !== undefined) return known;
      const result = fn(...args);
      cache.set(key, result);
      return result;
    };
    return Object.defineProperty(memoized, 'length', { value: length });
  }),
];
