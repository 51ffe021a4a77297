/** The cells of depth: how often a memoized function can call itself before the stack overflows; larger is better. */
import { calls } from '../calls.mjs';
import { functionsOf } from '../contenders/functions.mjs';

const LIMIT = 'by hand';

/** More than any reaches, so that none evicts. */
const ROOM = 1_000_000;

/** Chains of calls that end before, which make V8 optimize what it will. */
const WARM_UP = { chains: 100, length: 100 };

/**
 * Overflows, with a warm-up before each, and processes: what V8 optimizes, and inlines, differs from one to the next, and
 * the depth with it. The deepest of all is repeatable.
 */
const ATTEMPTS = 5;
const PROCESSES = 4;

/** The parameters of a function, and the arguments of its call of itself. */
const KINDS = { 'one number': ['depth', 'depth + 1'], 'two numbers': ['depth, _', 'depth + 1, 7'] };

export function depthCells(builds) {
  const functions = functionsOf(builds).filter(({ isOurs }) => isOurs);
  return Object.keys(KINDS).flatMap((kind) => [
    cellOf(kind, 'cold', functions, 1, depthOf),
    cellOf(kind, 'warm', functions, PROCESSES, warmDepthOf),
  ]);
}

function cellOf(kind, heat, functions, processes, measure) {
  const { arity, byHand } = calls[`${kind}, 1k keys`];
  const entrants = [{ name: LIMIT, memoize: byHand }, ...functions];
  const names = entrants.map(({ name }) => name);
  return {
    family: 'depth of recursion',
    name: `${kind}, ${heat}`,
    unit: 'calls',
    limit: LIMIT,
    names,
    groups: names.map((one) => [one]),
    processes,
    measure: async ([one]) => {
      const entrant = entrants.find(({ name }) => name === one);
      return [{ name: one, amount: await measure(recursionOf(entrant, { arity, room: ROOM }, KINDS[kind])) }];
    },
  };
}

/** A memoized function that calls itself from `start` until it is as deep as `run.last`, or the stack overflows. */
function recursionOf({ memoize, callee = 'subject' }, call, [parameters, argumentsOf]) {
  const run = { subject: undefined, depth: 0, last: Number.POSITIVE_INFINITY };
  const source = `
    const fn = (${parameters}) => {
      run.depth = depth;
      return depth === run.last ? 0 : run.${callee}(${argumentsOf}) + 1;
    };
    const start = (depth) => run.${callee}(${argumentsOf});
    return [fn, start];`;
  const [fn, start] = new Function('run', source)(run);
  run.subject = memoize(fn, call);
  return { run, start };
}

function depthOf({ run, start }) {
  run.last = Number.POSITIVE_INFINITY;
  try {
    start(0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return run.depth;
}

/** The deepest of all attempts. */
async function warmDepthOf({ run, start }) {
  const depths = [];
  // Below zero, where no attempt comes, each time with other arguments.
  let next = -ATTEMPTS * WARM_UP.chains * WARM_UP.length;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (let chain = 0; chain < WARM_UP.chains; chain++) {
      run.last = next + WARM_UP.length - 1;
      start(next - 1);
      next += WARM_UP.length;
      // What was optimized beside us is taken up between two turns.
      await new Promise(setImmediate);
    }
    depths.push(depthOf({ run, start }));
  }
  return Math.max(...depths);
}
