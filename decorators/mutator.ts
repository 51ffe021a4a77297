import type { Fn } from '../src/definition/function.js';
import type { ArgsOf } from '../src/definition/signature.js';
import { mutate } from '../src/invalidate/mutator.js';
import type { Rule } from '../src/invalidate/rule.js';
import { adapt, type Decorator } from './dialect.js';
import { carryMetadata } from './metadata.js';

/** A decorator of mutators, that is of methods, static and private ones too, in either dialect. */
export interface MutatorDecorator {
  // standard
  <F extends Fn>(method: F, context: ClassMethodDecoratorContext<any, F>): F;
  // legacy
  <T>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): TypedPropertyDescriptor<T> | void;
}

/**
 * Names of members of `T`, any of them where `T` is `any`, and a function that makes arguments which each of them takes.
 * What that is given is the mutator's, which no type here knows.
 *
 * A lone name is a literal, and no tuple has labels or optional members: so the compiler finds the tuple that was meant by
 * the name, and tells what is wrong with its arguments.
 */
export type CallsOf<T, Options> = PropertyKey extends keyof T
  ? Call<OneOrMore<PropertyKey>, (this: T, ...call: any[]) => readonly unknown[], Options>
  : { [K in keyof T]-?: CallsTaking<T, K, ArgsOf<NonNullable<T[K]>>, Options> }[keyof T];

/** A type argument that is given or is its default, but never inferred: `NoInfer`, which TypeScript 5.0 has not. */
export type Given<T> = [T][T extends any ? 0 : never];

export type OneOrMore<N> = N | readonly N[];

type CallsTaking<T, K, Args, Options> =
  | Call<K, ArgumentFunction<T, Readonly<Args>>, Options>
  | Call<readonly NamesTaking<T, Args>[], ArgumentFunction<T, Readonly<Args>>, Options>;

type Call<Names, Arguments, Options> = [Names, Arguments] | [Names, Arguments, Options];

type ArgumentFunction<T, Args> = (this: T, ...call: any[]) => TupleOf<Args>;

/**
 * What takes anything, as `(...parts: unknown[])` does, as a choice of tuples: as an array it would have the compiler take
 * every `[table]` in the class for an array.
 */
type TupleOf<A> = A extends readonly (infer E)[] ? (unknown extends E ? TupleLike<A, E> : A) : A;
type TupleLike<A extends readonly unknown[], E> = number extends A['length'] ? readonly [] | readonly [E, ...E[]] : A;

/** The names of the members that take certain arguments: all of them, where a member of several types takes one list or another. */
type NamesTaking<T, Args> = { [K in keyof T]-?: [Args] extends [ArgsOf<NonNullable<T[K]>>] ? K : never }[keyof T];

/** Has the mutator that it stands on follow a rule. */
export function mutatorDecorator(decorator: Decorator, rule: Rule): (...call: unknown[]) => unknown {
  return (...call) =>
    adapt(decorator, call, ({ method, key }) => {
      const replacement = mutate(method, rule, String(key));
      carryMetadata(method, replacement);
      return replacement;
    });
}
