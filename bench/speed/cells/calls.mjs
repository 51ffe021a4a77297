/** The cells of calls: a memoized function, called with arguments of one kind; a hit each time unless they say otherwise. */
import { calls } from '../calls.mjs';
import { functionsOf } from '../contenders/functions.mjs';
import { Course } from '../course.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';
import { permutation, uniform } from '../random.mjs';

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
    groups: groupsOf(call, entrants),
    measure: (group, rounds) => race(entrants.filter((one) => group.includes(one.name)).map(runnersOf(call)), rounds),
  };
}

/** Decorated methods would share what V8 learns with the functions of the same library, so they run apart from them. */
function groupsOf(call, entrants) {
  const [{ name: limit }, ...others] = entrants;
  const companyOf = ({ isDecorated, isObjectKeyed }) =>
    isDecorated ? 'decorated' : isObjectKeyed && call.isString ? 'object-keyed' : 'main';
  const companies = ['main', 'decorated', 'object-keyed'].map((company) =>
    others.filter((entrant) => companyOf(entrant) === company).map(({ name }) => name),
  );
  return companies.filter((company) => company.length > 0).map((company) => [limit, ...company]);
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
  const { arity, room, evicts, isAsync, isRemade, make, source = 'member', worth = (id) => id } = call;
  const population = evicts ? 3 * room : room;
  const ids = evicts ? permutation(population) : uniform(population, 2 ** 13);
  const pool = Array.from({ length: population }, (_, id) => make(id));
  const order = Array.from(ids, (id) => pool[id]);
  const worths = Float64Array.from(ids, worth);

  return ({ name, memoize, callee = 'subject' }) => {
    const tally = { runs: 0 };
    const subject = memoize(counted(call.fn, arity, tally), call);
    const each = `const member = order[at]; sum += ${isAsync ? 'await ' : ''}${callee}(${source});`;
    const loop = loopOf(each, { isAsync });
    const course = new Course(order, worths);
    const first = isRemade ? Array.from({ length: population }, (_, id) => make(id)) : pool;
    return {
      name,
      prepare: () => loop(subject, first, 0, population),
      between() {
        if (!isAsync) course.walk(loop, subject, Math.min(room, 1000));
        tally.runs = 0;
      },
      turn: (count) => course.walk(loop, subject, count),
      check: (sum, count) => sum === course.worthOf(count) && tally.runs === (evicts ? count : 0),
    };
  };
}

/** The function, with its runs counted and its arity kept. */
function counted(fn, arity, tally) {
  const count = (result) => {
    tally.runs++;
    return result;
  };
  return [() => count(fn()), (a) => count(fn(a)), (a, b) => count(fn(a, b)), (a, b, c) => count(fn(a, b, c))][arity];
}
