/**
 * The check that a decorator's callbacks take what the decorated method is called with. The decorator's type infers the
 * method's parameters and has a type parameter whose default is the type of the callbacks and whose constraint is
 * `Checked<…>` of callbacks that take those parameters. If the default does not satisfy the constraint, the compiler
 * replaces it by the constraint, which carries the mark, and `Verdict` finds the mark.
 *
 * A conditional type `Callbacks extends …` would be shorter, but the compiler cannot decide it for a parameter whose
 * type is a type parameter of the class, and would refuse programs that are right.
 */

/** A type of callbacks that carries the mark. The compiler puts it in the place of callbacks that do not fit. */
export type Checked<Callbacks> = Callbacks & Marked;

/** `Good` if the callbacks fit the method, else a type whose name and type arguments tell in the error what does not. */
export type Verdict<Tried, Callbacks, Method, Good> = 0 extends 1 & Tried
  ? Good
  : keyof Marked extends keyof Tried
    ? CallbackMismatch<Callbacks, Method>
    : Good;

/**
 * What the legacy dialect gives a decorator. It is wider than `TypedPropertyDescriptor<T>`, which must be given exactly
 * its `T`.
 */
export interface Described<T> {
  readonly value?: T;
  readonly get?: () => T;
}

interface Marked {
  readonly 'a callback does not take the arguments of the method'?: never;
}

interface CallbackMismatch<Callbacks, Method> {
  readonly callbacks: Callbacks;
  readonly method: Method;
}
