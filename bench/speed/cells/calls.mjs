/** The cells of calls: a memoized function, called with arguments of one kind; a hit each time. */
import { calls } from '../calls.mjs';
import { functionsOf } from '../contenders/functions.mjs';
import { Course } from '../course.mjs';
import { chosen, groupsOf } from '../groups.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';
import { uniform } from '../random.mjs';
import { counted } from '../tally.mjs';

const LIMIT = 'by hand';

export function callCells(builds) {
  const functions = functionsOf(builds);
  return Object.entries(calls).map(([name, call]) => cellOf(name, call, functions));
}

function cellOf(name, call, functions) {
  const entrants = entrantsOf(call, functions);
  const names = entrants.map((entrant) => entrant.name);
  return {
    family: 'calls',
    name,
    limit: LIMIT,
    names,
    processes: call.processes,
    groups: groupsOf(call, entrants),
    measure: (group, rounds) => race(chosen(entrants, group).map(runnersOf(call)), rounds),
  };
}

function entrantsOf(call, functions) {
  const offered = functions.filter(({ lacks }) => !lacks?.(call));
  const { ttl: _, ...withoutTtl } = call;
  const beside = offered.filter(({ isOurs }) => isOurs && call.ttl !== undefined);
  return [
    { name: LIMIT, memoize: call.byHand },
    ...offered,
    ...beside.map(({ name, memoize, ...rest }) => ({
      ...rest,
      name: `${name} without ttl`,
      memoize: (fn) => memoize(fn, withoutTtl),
    })),
  ];
}

/** What makes runners of a call. */
function runnersOf(call) {
  const { arity, room, isAsync, isRemade, make, source = 'member', worth = (id) => id } = call;
  const ids = uniform(room, 2 ** 13);
  const pool = Array.from({ length: room }, (_, id) => make(id));
  const order = Array.from(ids, (id) => pool[id]);
  const worths = Float64Array.from(ids, worth);

  return ({ name, memoize, callee = 'subject' }) => {
    const tally = { runs: 0 };
    const subject = memoize(counted(call.fn, arity, tally), call);
    const each = `const member = order[at]; sum += ${isAsync ? 'await ' : ''}${callee}(${source});`;
    const loop = loopOf(each, { isAsync });
    const course = new Course(order, worths);
    const first = isRemade ? Array.from({ length: room }, (_, id) => make(id)) : pool;
    return {
      name,
      prepare: () => loop(subject, first, 0, room),
      between() {
        if (!isAsync) course.walk(loop, subject, Math.min(room, 1000));
        tally.runs = 0;
      },
      turn: (count) => course.walk(loop, subject, count),
      check: (sum, count) => sum === course.worthOf(count) && tally.runs === 0,
    };
  };
}
