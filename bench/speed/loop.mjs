/**
 * A loop: a function `(subject, order, from, count)` that does an operation `count` times on consecutive
 * members of `order`, begun at `from` and over again at its end, and returns the sum of what they gave.
 */

let loops = 0;

/**
 * Writes a loop around the source text `each`, which adds to `sum` and may use `subject`, `order`, `at`, `count` and
 * the names of `scope`. Each has a source of its own, since V8 shares what it learns among functions of equal source.
 */
export function loopOf(each, { scope = {}, isAsync = false } = {}) {
  const source = `return ${isAsync ? 'async ' : ''}function (subject, order, from, count) {
    // loop ${loops++}
    const { length } = order;
    let at = from;
    let sum = 0;
    for (let done = 0; done < count; done++) {
      ${each}
      if (++at === length) at = 0;
    }
    return sum;
  }`;
  return new Function(...Object.keys(scope), source)(...Object.values(scope));
}
