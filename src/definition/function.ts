/** A function that can be memoized. */
export type Fn<This = any> = (this: This, ...args: any[]) => any;

/** Returns the language's name for the kind of a function: `Function`, `AsyncFunction`, `GeneratorFunction` … */
function tagOf(fn: unknown): string {
  return Object.prototype.toString.call(fn).slice(8, -1);
}

/** Whether a function is declared `async`, so that it always returns a promise. */
export function isAsync(fn: unknown): boolean {
  return tagOf(fn) === 'AsyncFunction';
}

export function isGenerator(fn: unknown): boolean {
  return tagOf(fn).includes('Generator');
}

/** Copies the appearance of one function to another: its name, its length and its own properties. */
export function copyAppearance(from: Fn, to: Fn): void {
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(from) as PropertyDescriptorMap;
  Object.defineProperties(to, own);
}
