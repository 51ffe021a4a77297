/** The cells of misses: a memoized function in a cache that evicts, called with arguments that it often has no more. */
import { functionsOf } from '../contenders/functions.mjs';
import { LinkedMap } from '../contenders/linked-map.mjs';
import { Course } from '../course.mjs';
import { chosen, groupsOf } from '../groups.mjs';
import { loopOf } from '../loop.mjs';
import { misses } from '../misses.mjs';
import { race } from '../race.mjs';
import { counted } from '../tally.mjs';

const LIMIT = 'by hand';

/** How many calls precede each turn, and how many it has at least after a collection, which takes code away. */
const WARM = 1000;
const LEAST = 5000;

/** An even number of them, where V8 makes code anew all the time: they take turns in who is prepared first. */
const PROCESSES = 4;

export function missCells(builds) {
  const functions = functionsOf(builds);
  return Object.entries(misses).map(([name, miss]) => cellOf(name, miss, functions));
}

function cellOf(name, miss, functions) {
  const entrants = [{ name: LIMIT, memoize: miss.byHand }, ...functions.filter((one) => offers(one, miss))];
  return {
    family: 'misses',
    name,
    limit: LIMIT,
    names: entrants.map((entrant) => entrant.name),
    isExtra: miss.isExtra,
    processes: miss.collects ? PROCESSES : 1,
    groups: groupsOf(miss, entrants),
    measure: (group, rounds) => race(chosen(entrants, group).map(runnersOf(miss)), rounds),
  };
}

function offers({ lacks, isOurs, isDecorated }, miss) {
  return miss.staleIfError === undefined ? !lacks?.(miss) : isOurs && !isDecorated;
}

/** What makes runners of a miss. */
function runnersOf(miss) {
  const { arity, room, isAsync, collects, make, read = '', source = 'member', worth = (id) => id } = miss;
  const ids = miss.draws();
  const pool = new Map();
  const memberOf = (id) => pool.get(id) ?? pool.set(id, make(id)).get(id);
  const order = Array.from(ids, memberOf);
  const worths = Float64Array.from(ids, worth);
  const runs = runsOf(ids, room);

  return ({ name, memoize, callee = 'subject' }) => {
    const tally = { runs: 0 };
    const subject = memoize(counted(miss.fn, arity, tally), miss);
    const each = `const member = order[at]; sum += ${isAsync ? 'await ' : ''}${callee}(${source})${read};`;
    const loop = loopOf(each, { isAsync });
    const course = new Course(order, worths);
    return {
      name,
      least: collects ? LEAST : undefined,
      prepare: () => loop(subject, order, 0, order.length),
      between() {
        if (!isAsync) course.walk(loop, subject, WARM);
        if (collects) globalThis.gc();
        tally.runs = 0;
      },
      turn: (count) => course.walk(loop, subject, count),
      check: (sum, count) => sum === course.worthOf(count) && tally.runs === course.worthOf(count, runs),
    };
  };
}

/** For each of the ids 1 if a cache that keeps the most recently used has it no more, once all have been asked for. */
function runsOf(ids, room) {
  const cache = new LinkedMap(room);
  const run = (id) => {
    if (cache.get(id) !== undefined) return 0;
    cache.set(id, id);
    return 1;
  };
  ids.forEach(run);
  return ids.map(run);
}
