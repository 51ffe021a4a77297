import { resultOf } from '../cache/stored.js';
import type { Fn } from '../definition/definition.js';
import { NO_ARGUMENTS } from '../key/call-key.js';
import { flatten, giveBack, isToken } from '../key/flatten.js';
import type { Receivers } from './receivers.js';

/**
 * A wrapper: the function that stands in place of a method and answers its calls from the receivers' entries. There is
 * one for each number of parameters, as a list of arguments is an array that few hits need. None is a constructor.
 * They are written in a class, whose code is strict even in a script, since sloppy code would get an object instead of
 * a primitive `this`.
 */
export class Wrapper {
  readonly #receivers: Receivers;

  constructor(receivers: Receivers) {
    this.#receivers = receivers;
  }

  /** The one for the method. */
  make(): Fn {
    const { method, isPlain, role } = this.#receivers.definition;
    if (!isPlain) return this.#keyed();
    if (method.length === 0 || role === 'getter') return this.#none();
    if (method.length === 1) return this.#one();
    if (method.length === 2) return this.#two();
    return method.length === 3 ? this.#three() : this.#any();
  }

  /** For a method whose calls are keyed otherwise, or whose hits somebody listens to. */
  #keyed(): Fn {
    const receivers = this.#receivers;
    const { definition } = receivers;
    return {
      call(this: unknown, ...given: unknown[]): unknown {
        // What a framework calls a getter with is none of its arguments.
        const args = definition.role === 'getter' ? [] : given;
        const key = definition.keyOf(this, args);
        return receivers.of(this).call(key, this, args);
      },
    }.call;
  }

  // Each of the next four looks at how many arguments it got, and leaves to another what it is not made for.

  #none(): Fn {
    const receivers = this.#receivers;
    const { sole, definition } = receivers;
    const other = this.#any();
    return {
      call(this: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: a rest parameter would make an array at each call
        const given = arguments;
        if (given.length !== 0 && definition.role !== 'getter') return other.apply(this, given as never);
        const cache = sole ?? receivers.of(this);
        const stored = cache.hitNone();
        return stored === undefined ? cache.miss(NO_ARGUMENTS, this, []) : resultOf(stored);
      },
    }.call;
  }

  #one(): Fn {
    const receivers = this.#receivers;
    const { sole } = receivers;
    const other = this.#any();
    return {
      call(this: unknown, a: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 1 || !isToken(a)) return other.apply(this, given as never);
        const cache = sole ?? receivers.of(this);
        const stored = cache.hitLone(a);
        return stored === undefined ? cache.miss(a, this, [a]) : resultOf(stored);
      },
    }.call;
  }

  #two(): Fn {
    const receivers = this.#receivers;
    const { sole } = receivers;
    const other = this.#any();
    return {
      call(this: unknown, a: unknown, b: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 2 || !isToken(a) || !isToken(b)) return other.apply(this, given as never);
        const cache = sole ?? receivers.of(this);
        const stored = cache.hitShort(2, a, b);
        return stored === undefined ? cache.miss([2, a, b], this, [a, b]) : resultOf(stored);
      },
    }.call;
  }

  #three(): Fn {
    const receivers = this.#receivers;
    const { sole } = receivers;
    const other = this.#any();
    return {
      call(this: unknown, a: unknown, b: unknown, c: unknown): unknown {
        // biome-ignore lint/complexity/noArguments: as above
        const given = arguments;
        if (given.length !== 3 || !isToken(a) || !isToken(b) || !isToken(c)) return other.apply(this, given as never);
        const cache = sole ?? receivers.of(this);
        const stored = cache.hitShort(3, a, b, c);
        return stored === undefined ? cache.miss([3, a, b, c], this, [a, b, c]) : resultOf(stored);
      },
    }.call;
  }

  #any(): Fn {
    const receivers = this.#receivers;
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        // Found before the arguments are flattened: a proxy's traps may make calls, which would write over the tokens.
        const cache = receivers.of(this);
        const key = args.length === 0 ? NO_ARGUMENTS : args[0];
        if (args.length === 0 || (args.length === 1 && isToken(key))) {
          const stored = cache.hitLone(key);
          return stored === undefined ? cache.miss(key, this, args) : resultOf(stored);
        }
        const tokens = flatten(args);
        const stored = cache.hitList(tokens);
        // The tokens are kept until here, as a clock that is read on the way may make calls.
        const missed = stored === undefined ? tokens.list.slice(0, tokens.count) : undefined;
        giveBack(tokens);
        return missed === undefined ? resultOf(stored) : cache.miss(missed, this, args);
      },
    }.call;
  }
}
