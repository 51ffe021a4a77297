/**
 * A case: one behaviour, tried by really calling a peer.
 *
 * - `title`: the behaviour, as it is when it is right.
 * - `run(peer)`: `true` when it is so; `false` when a wrong result came back; a string that says
 *   what happens when it is not so otherwise. A throw is not so either.
 * - `needs`: what a peer has to offer for it to make sense.
 *
 * Functions count their own runs and declare their parameters, since some peers go by a function's
 * `length` or source.
 */

export const RAN_AGAIN = 'the function runs again: a right result, but no hit';

/** Different argument lists: each gets its own result, also when it is asked for again. */
export function apart(title, fn, ...lists) {
  return {
    title,
    async run(peer) {
      const memoized = peer.memoize(fn, {});
      for (const args of [...lists, ...lists]) {
        if (!Object.is(await memoized(...args), fn(...args))) return false;
      }
      return true;
    },
  };
}

/** Equal argument lists: they share an entry. `make(tally)` is a function that counts its runs there. */
export function together(title, make, ...lists) {
  return {
    title,
    async run(peer) {
      const tally = { runs: 0 };
      const memoized = peer.memoize(make(tally), {});
      for (const args of lists) {
        if (!Object.is(await memoized(...args), make({ runs: 0 })(...args))) return false;
      }
      return tally.runs === 1 || RAN_AGAIN;
    },
  };
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
