import { resultOf } from '../cache/entries.js';
import type { Fn } from '../definition/function.js';
import { NO_ARGUMENTS } from '../key/call-key.js';
import { flattenCall, isToken, release } from '../key/flatten.js';
import { runBeside } from '../load/bypass.js';
import type { Receivers } from './receivers.js';

/**
 * The call paths of a method: the functions that replace the method and answer its calls from the receivers' entries.
 * There is one for each number of parameters, so that most hits allocate no array of arguments. A call path is not a
 * constructor. The class makes their code strict even in a script; sloppy code would get an object instead of a
 * primitive `this`.
 */
export class CallPaths {
  readonly #receivers: Receivers;

  constructor(receivers: Receivers) {
    this.#receivers = receivers;
  }

  /** Picks the call path for the method. */
  forMethod(): Fn {
    const { method, isPlain, role } = this.#receivers.definition;
    if (!isPlain) return this.#keyed();
    if (method.length === 0 || role === 'getter') return this.#nullary();
    if (method.length === 1) return this.#unary();
    if (method.length === 2) return this.#binary();
    return method.length === 3 ? this.#ternary() : this.#variadic();
  }

  /** The path of a method of which a hit runs code of the user, or whose entries age. */
  #keyed(): Fn {
    const receivers = this.#receivers;
    const { shared, loader, definition } = receivers;
    return {
      call(this: unknown, ...given: unknown[]): unknown {
        // A framework may call a getter with arguments. These do not belong to the key.
        const args = definition.role === 'getter' ? [] : given;
        if (definition.isBypassed(this, args)) return runBeside(shared ?? receivers.of(this), this, args);
        const key = definition.keyOf(this, args);
        return loader.call(shared ?? receivers.of(this), key, this, args);
      },
    }.call;
  }

  // Each of the next four paths checks the number of its arguments and leaves calls with another number to the variadic
  // path.

  #nullary(): Fn {
    const receivers = this.#receivers;
    const { shared, loader, definition } = receivers;
    const other = this.#variadic();
    return {
      call(this: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: a rest parameter would make an array at each call
        const given = arguments;
        if (given.length !== 0 && definition.role !== 'getter') return other.apply(this, given as never);
        const cache = shared ?? receivers.of(this);
        const stored = cache.hitNone();
        return stored === undefined ? loader.miss(cache, NO_ARGUMENTS, this) : resultOf(stored);
      },
    }.call;
  }

  #unary(): Fn {
    const receivers = this.#receivers;
    const { shared, loader } = receivers;
    const other = this.#variadic();
    return {
      call(this: unknown, a: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 1 || !isToken(a)) return other.apply(this, given as never);
        const cache = shared ?? receivers.of(this);
        const stored = cache.hitLone(a);
        return stored === undefined ? loader.miss(cache, a, this) : resultOf(stored);
      },
    }.call;
  }

  #binary(): Fn {
    const receivers = this.#receivers;
    const { shared, loader } = receivers;
    const other = this.#variadic();
    return {
      call(this: unknown, a: unknown, b: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 2 || !isToken(a) || !isToken(b)) return other.apply(this, given as never);
        const cache = shared ?? receivers.of(this);
        const stored = cache.hitShort(2, a, b);
        return stored === undefined ? loader.miss(cache, [2, a, b], this) : resultOf(stored);
      },
    }.call;
  }

  #ternary(): Fn {
    const receivers = this.#receivers;
    const { shared, loader } = receivers;
    const other = this.#variadic();
    return {
      call(this: unknown, a: unknown, b: unknown, c: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 3 || !isToken(a) || !isToken(b) || !isToken(c)) return other.apply(this, given as never);
        const cache = shared ?? receivers.of(this);
        const stored = cache.hitShort(3, a, b, c);
        return stored === undefined ? loader.miss(cache, [3, a, b, c], this) : resultOf(stored);
      },
    }.call;
  }

  #variadic(): Fn {
    const receivers = this.#receivers;
    const { loader, definition } = receivers;
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        // Gets the cache before flattening: if `this` is a proxy, its traps may call memoized functions, which flatten
        // too.
        const cache = receivers.of(this);
        const key = args.length === 0 ? NO_ARGUMENTS : args[0];
        if (args.length === 0 || (args.length === 1 && isToken(key))) {
          const stored = cache.hitLone(key);
          return stored === undefined ? loader.miss(cache, key, this, args) : resultOf(stored);
        }
        // Reading the arguments may run the user's code.
        if (definition.isSuspended) return runBeside(cache, this, args);
        const tokens = flattenCall(args);
        const stored = cache.hitList(tokens);
        // Copies the tokens before releasing them. They stay taken during the lookup, because it reads a clock that may
        // make calls.
        const missed = stored === undefined ? tokens.list.slice(0, tokens.count) : undefined;
        release(tokens);
        return missed === undefined ? resultOf(stored) : loader.miss(cache, missed, this, args);
      },
    }.call;
  }
}
