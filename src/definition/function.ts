/** Any function that can be memoized. */
export type Fn<This = any> = (this: This, ...args: any[]) => any;

/** The kind of a function, as far as the language tells it: `Function`, `AsyncFunction`, `GeneratorFunction` … */
function tagOf(fn: unknown): string {
  return Object.prototype.toString.call(fn).slice(8, -1);
}

/** Whether it returns promises for sure. */
export function isAsync(fn: unknown): boolean {
  return tagOf(fn) === 'AsyncFunction';
}

export function isGenerator(fn: unknown): boolean {
  return tagOf(fn).includes('Generator');
}

/** The appearance of a function: its name, length and own properties. Puts that of one on another. */
export function copyAppearance(from: Fn, to: Fn): void {
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(from) as PropertyDescriptorMap;
  Object.defineProperties(to, own);
}
