import type { Fn } from '../src/definition/function.js';
import type { ArgsOf } from '../src/definition/signature.js';
import { mutate } from '../src/invalidate/mutator.js';
import type { Rule } from '../src/invalidate/rule.js';
import type { Checked, Described, Verdict } from './callback-check.js';
import { adapt, type Decorator } from './dialect.js';
import { carryMetadata } from './metadata.js';

/**
 * A decorator of mutators, which are methods that change data. They may be static or private. It works in either
 * dialect. `Callbacks` is the type of the callbacks, which must take the arguments of the decorated method.
 */
export interface MutatorDecorator<Callbacks extends MutatorCallbacks = MutatorCallbacks> {
  // standard
  <F extends Fn, Args extends unknown[] = any, Tried extends Checked<MutatorCallbacks<Args>> = Callbacks>(
    method: F | ((this: any, ...args: Args) => any),
    context: ClassMethodDecoratorContext<any, F>,
  ): Verdict<Tried, Callbacks, F, F>;
  // legacy
  <T, Args extends unknown[] = any, Tried extends Checked<MutatorCallbacks<Args>> = Callbacks>(
    target: object,
    key: string | symbol,
    descriptor: Described<T | ((this: any, ...args: Args) => any)>,
  ): Verdict<Tried, Callbacks, T, TypedPropertyDescriptor<T> | void>;
}

/** The callbacks of a mutator that takes `Args`: the argument function, which may get the result first, `when` and `defer`. */
export interface MutatorCallbacks<Args extends readonly unknown[] = any> {
  readonly argumentFunction?: (this: any, ...args: Args) => unknown;
  readonly argumentFunctionByResult?: (this: any, result: any, ...args: Args) => unknown;
  readonly when?: (this: any, result: any, ...args: Args) => unknown;
  readonly defer?: (this: any, apply: () => void, ...args: Args) => unknown;
}

/**
 * The callbacks among the arguments that `evicts` or `puts` was given. With a class `T` as type argument the compiler
 * infers nothing else, so the callbacks are not known.
 */
export type CallbacksOf<T, G> = 0 extends 1 & T
  ? G extends readonly [any, infer F extends Fn]
    ? { readonly argumentFunction: F }
    : G extends readonly [any, infer F extends Fn, infer Options]
      ? Options extends { readonly by: 'result' }
        ? { readonly argumentFunctionByResult: F } & AmongOptions<Options>
        : { readonly argumentFunction: F } & AmongOptions<Options>
      : G extends readonly [...any, infer Options]
        ? AmongOptions<Options>
        : MutatorCallbacks
  : MutatorCallbacks;

/** The callbacks among options. No part of it is a type with a name, which would stand in error messages for what it means. */
type AmongOptions<Options> = Options extends { readonly when: infer F extends Fn; readonly defer: infer D extends Fn }
  ? { readonly when: F; readonly defer: D }
  : Options extends { readonly when: infer F extends Fn }
    ? { readonly when: F }
    : Options extends { readonly defer: infer D extends Fn }
      ? { readonly defer: D }
      : object;

/**
 * The names of members of `T` (of any members, if `T` is `any`) and a function that returns arguments that each of them
 * takes. The function gets the arguments of the mutator, whose types are not known here.
 *
 * A single name is a literal type, and no tuple has labels or optional elements. So the compiler finds the intended
 * tuple by the name, and its error message says what is wrong with the arguments.
 */
export type CallsOf<T, Options> = PropertyKey extends keyof T
  ? Call<OneOrMore<PropertyKey>, (this: T, ...call: any[]) => readonly unknown[], Options>
  : { [K in keyof T]-?: CallsTaking<T, K, ArgsOf<NonNullable<T[K]>>, Options> }[keyof T];

/**
 * A type argument that the compiler never infers: it is explicit or the default. TypeScript 5.0 does not have
 * `NoInfer`.
 */
export type Given<T> = [T][T extends any ? 0 : never];

export type OneOrMore<N> = N | readonly N[];

type CallsTaking<T, K, Args, Options> =
  | Call<K, ArgumentFunction<T, Readonly<Args>>, Options>
  | Call<readonly NamesTaking<T, Args>[], ArgumentFunction<T, Readonly<Args>>, Options>;

type Call<Names, Arguments, Options> = [Names, Arguments] | [Names, Arguments, Options];

type ArgumentFunction<T, Args> = (this: T, ...call: any[]) => TupleOf<Args>;

/**
 * The arguments that a function returns. An argument list that accepts anything, such as `(...parts: unknown[])`,
 * becomes a union of tuples. As an array it would make the compiler infer an array for every `[table]` in the class.
 */
type TupleOf<A> = A extends readonly (infer E)[] ? (unknown extends E ? TupleLike<A, E> : A) : A;
type TupleLike<A extends readonly unknown[], E> = number extends A['length'] ? readonly [] | readonly [E, ...E[]] : A;

/**
 * The names of the members that take all of certain arguments. A member with a union type may take several argument
 * lists.
 */
type NamesTaking<T, Args> = { [K in keyof T]-?: [Args] extends [ArgsOf<NonNullable<T[K]>>] ? K : never }[keyof T];

/** Makes a decorator that applies a rule whenever the decorated method succeeds. */
export function mutatorDecorator(decorator: Decorator, rule: Rule): (...call: unknown[]) => unknown {
  return (...call) =>
    adapt(decorator, call, ({ method, key }) => {
      const replacement = mutate(method, rule, String(key));
      carryMetadata(method, replacement);
      return replacement;
    });
}
