import type { Fn } from './function.js';

/**
 * The signature of a member: its arguments and its result. For an overloaded function these types cover the last four
 * overloads, while the compiler's `Parameters` covers only the last.
 */

/** The arguments of a function. The list is empty for a value that is not a function, such as the value of a getter. */
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

/** The result of a function. For a value that is not a function it is the type of the value. */
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
 * The arguments that a function's callbacks receive. For an overloaded function they are those of the last overload,
 * because a callback with fewer parameters would not be assignable to a union of argument lists.
 */
export type CallbackArgsOf<F extends Fn> = 0 extends 1 & F ? any[] : Parameters<F>;

/**
 * A function with three unused overloads before its own. TypeScript before 5.1 would infer nothing for overloads that
 * are missing.
 */
type Padded<F> = Unused<1> & Unused<2> & Unused<3> & F;

/** An unused overload. Each one has a different `this`, because an intersection drops duplicates. */
type Unused<This> = (this: This, ...args: never) => never;
