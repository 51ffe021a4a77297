/** The cells of instances: members memoized for each instance, of instances in no order. All are hits. */
import { membersOf } from '../contenders/members.mjs';
import { Course } from '../course.mjs';
import { chosen } from '../groups.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';
import { uniform } from '../random.mjs';
import { serviceByHand, serviceOf } from '../services.mjs';

const LIMIT = 'by hand';
const FIELD = 'plain field';
const KEY = 7;

/** How many calls precede each turn, if there are not fewer instances. */
const WARM = 50_000;

const GETTER = { each: 'sum += order[at].value;', isGetter: true, worth: (id) => id };
const METHOD = { each: `sum += order[at].get(${KEY});`, worth: (id) => id + KEY };
/** Calls one instance, and reads as much of all instances as a hit of each needs at the least. */
const BESIDE = { each: `sum += order[at].field.value + subject.get(${KEY});`, worth: (id) => id + KEY };

export function instanceCells(builds) {
  const members = membersOf(builds);
  return [
    cellOf('getter, 1 instance', 1, GETTER, members),
    cellOf('getter, 1k instances', 1000, GETTER, members),
    cellOf('getter, 200k instances', 200_000, GETTER, members),
    cellOf('method, 1 instance', 1, METHOD, members),
    cellOf('method, 1k instances', 1000, METHOD, members),
    cellOf('method, 200k instances', 200_000, METHOD, members),
    trafficCell(200_000, members),
  ];
}

function cellOf(name, population, use, members) {
  const offered = members.filter(({ lacksGetters }) => !(use.isGetter && lacksGetters));
  const contenders = [{ name: LIMIT, make: serviceByHand }, ...offered.map(withMake)];
  const entrants = contenders.map((contender) => ({ ...contender, use }));
  return { family: 'instances', name, limit: LIMIT, ...raceOf(entrants, population) };
}

/** What each entrant does with so many instances, measured in turns. */
function raceOf(entrants, population) {
  const names = entrants.map(({ name }) => name);
  return {
    names,
    groups: [names],
    measure(group, rounds) {
      const ids = idsOf(population);
      const runners = chosen(entrants, group).map((entrant) => runnerOf(entrant, ids, population, entrant.use));
      return race(runners, rounds);
    },
  };
}

/** A hit of each of many instances, against a hit of one beside as much memory read: two objects of each instance. */
function trafficCell(population, members) {
  const contenders = [{ name: LIMIT, make: serviceByHand }, ...members.map(withMake)];
  const entrants = [
    { name: FIELD, make: serviceOf, use: { each: 'sum += order[at].field.value;', worth: (id) => id } },
    ...contenders.flatMap(({ name, make }) => [
      { name: `${name}, one`, make, use: BESIDE },
      { name: `${name}, each`, make, use: METHOD },
    ]),
  ];
  const family = 'instances, with the same memory traffic';
  return { family, name: 'method, 200k instances', limit: FIELD, ...raceOf(entrants, population) };
}

function withMake({ name, decorate }) {
  return {
    name,
    make(tally, member) {
      const Service = serviceOf(tally);
      decorate(Service, member);
      return Service;
    },
  };
}

function idsOf(population) {
  return uniform(population, Math.max(2 ** 13, 3 * population));
}

function runnerOf({ name, make }, ids, population, { each, isGetter, worth }) {
  const tally = { runs: 0 };
  const Service = make(tally, isGetter ? 'value' : 'get');
  const instances = Array.from({ length: population }, (_, id) => new Service(id));
  const order = Array.from(ids, (id) => instances[id]);
  const one = new Service(0);
  const loop = loopOf(each);
  const course = new Course(order, Float64Array.from(ids, worth));
  return {
    name,
    prepare() {
      loop(one, instances, 0, population);
    },
    between() {
      course.walk(loop, one, Math.min(population, WARM));
      tally.runs = 0;
    },
    turn: (count) => course.walk(loop, one, count),
    check: (sum, count) => sum === course.worthOf(count) && tally.runs === 0,
  };
}
