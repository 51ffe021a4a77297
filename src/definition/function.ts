import { defineProperty, ownKeys, prototypeOf, rawDescriptorOf, setPrototypeOf, tagOf } from '../platform.js';

/** A function that can be memoized. */
export type Fn<This = any> = (this: This, ...args: any[]) => any;

export function isGenerator(fn: unknown): boolean {
  return tagOf(fn).includes('Generator');
}

/**
 * Copies the appearance of one function to another: its name, its length, its own properties and its prototype. The
 * prototype tells, for example, that a function is async.
 */
export function copyAppearance(from: Fn, to: Fn): void {
  for (const name of ownKeys(from)) if (name !== 'prototype') defineProperty(to, name, rawDescriptorOf(from, name)!);
  const prototype: object | null = prototypeOf(from);
  if (prototypeOf(to) !== prototype) setPrototypeOf(to, prototype);
}
