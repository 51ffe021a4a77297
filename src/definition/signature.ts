import type { Fn } from './function.js';

/**
 * The signature of a member: what it takes and what it gives. Of overloads, of which the compiler's `Parameters` knows the
 * last only, that of any of the last four.
 */

/** The arguments of a function; none for what is no function, as the value of a getter. */
export type ArgsOf<M> = 0 extends 1 & M
  ? any[]
  : M extends Fn
    ? Padded<M> extends {
        (...args: infer A): unknown;
        (...args: infer B): unknown;
        (...args: infer C): unknown;
        (...args: infer D): unknown;
      }
      ? A | B | C | D
      : never
    : [];

/** The result of a function, or what is none. */
export type ResultOf<M> = M extends Fn
  ? Padded<M> extends {
      (...args: never): infer A;
      (...args: never): infer B;
      (...args: never): infer C;
      (...args: never): infer D;
    }
    ? A | B | C | D
    : never
  : M;

/**
 * The arguments that callbacks for a function are given. Of overloads those of the last: a callback that takes fewer would
 * fit no choice of lists.
 */
export type CallbackArgsOf<F extends Fn> = 0 extends 1 & F ? any[] : Parameters<F>;

/** A function with overloads before its own that add nothing: TypeScript before 5.1 takes nothing for as many as are missing. */
type Padded<F> = Unused<1> & Unused<2> & Unused<3> & F;

/** Each of another `this`, as an intersection drops what it has already. */
type Unused<This> = (this: This, ...args: never) => never;
