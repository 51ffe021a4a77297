/** Overflows the stack in memoized functions at many depths, each with a listener. Prints the names of the errors. */
import { memoize } from 'memokit';

const names: Record<string, number> = {};
for (const on of [{ error: () => {} }, { evict: () => {} }]) {
  for (let extra = 0; extra < 100; extra++) {
    const depth: (n: number) => number = memoize((n: number) => (n === 0 ? 0 : 1 + depth(n - 1)), { on });
    const from = (n: number): number => (n === 0 ? depth(1_000_000) : from(n - 1));
    try {
      from(extra);
    } catch (error) {
      const { name } = error as Error;
      names[name] = (names[name] ?? 0) + 1;
    }
  }
}
console.log(JSON.stringify(names));
