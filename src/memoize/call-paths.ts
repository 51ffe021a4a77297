import { resultOf } from '../cache/entries.js';
import type { Fn } from '../definition/function.js';
import { NO_ARGUMENTS } from '../key/call-key.js';
import { flatten, isToken, release } from '../key/flatten.js';
import type { Receivers } from './receivers.js';

/**
 * A wrapper: the function that stands in place of a method and answers its calls from the receivers' entries. There is
 * one for each number of parameters, as a list of arguments is an array that few hits need. None is a constructor.
 * They are written in a class, whose code is strict even in a script, since sloppy code would get an object instead of
 * a primitive `this`.
 */
export class CallPaths {
  readonly #receivers: Receivers;

  constructor(receivers: Receivers) {
    this.#receivers = receivers;
  }

  /** The one for the method. */
  forMethod(): Fn {
    const { method, isPlain, role } = this.#receivers.definition;
    if (!isPlain) return this.#keyed();
    if (method.length === 0 || role === 'getter') return this.#nullary();
    if (method.length === 1) return this.#unary();
    if (method.length === 2) return this.#binary();
    return method.length === 3 ? this.#ternary() : this.#variadic();
  }

  /** For a method whose calls are keyed otherwise, or whose hits somebody listens to. */
  #keyed(): Fn {
    const receivers = this.#receivers;
    const { loader, definition } = receivers;
    return {
      call(this: unknown, ...given: unknown[]): unknown {
        // What a framework calls a getter with is none of its arguments.
        const args = definition.role === 'getter' ? [] : given;
        const key = definition.keyOf(this, args);
        return loader.call(receivers.of(this), key, this, args);
      },
    }.call;
  }

  // Each of the next four looks at how many arguments it got, and leaves to another what it is not made for.

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
        return stored === undefined ? loader.miss(cache, NO_ARGUMENTS, this, []) : resultOf(stored);
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
        return stored === undefined ? loader.miss(cache, a, this, [a]) : resultOf(stored);
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
        return stored === undefined ? loader.miss(cache, [2, a, b], this, [a, b]) : resultOf(stored);
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
        return stored === undefined ? loader.miss(cache, [3, a, b, c], this, [a, b, c]) : resultOf(stored);
      },
    }.call;
  }

  #variadic(): Fn {
    const receivers = this.#receivers;
    const { loader } = receivers;
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        // Found before the arguments are flattened: a proxy's traps may make calls, which would write over the tokens.
        const cache = receivers.of(this);
        const key = args.length === 0 ? NO_ARGUMENTS : args[0];
        if (args.length === 0 || (args.length === 1 && isToken(key))) {
          const stored = cache.hitLone(key);
          return stored === undefined ? loader.miss(cache, key, this, args) : resultOf(stored);
        }
        const tokens = flatten(args);
        const stored = cache.hitList(tokens);
        // The tokens are kept until here, as a clock that is read on the way may make calls.
        const missed = stored === undefined ? tokens.list.slice(0, tokens.count) : undefined;
        release(tokens);
        return missed === undefined ? resultOf(stored) : loader.miss(cache, missed, this, args);
      },
    }.call;
  }
}
