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
