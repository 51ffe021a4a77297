/** A tally: how often a function has run. */

/** The function, with its runs counted in `tally.runs` and its arity kept. */
export function counted(fn, arity, tally) {
  const count = (result) => {
    tally.runs++;
    return result;
  };
  return [() => count(fn()), (a) => count(fn(a)), (a, b) => count(fn(a, b)), (a, b, c) => count(fn(a, b, c))][arity];
}
