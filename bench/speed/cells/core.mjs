/** The cells of the core: an operation on caches of one size, with keys of one kind. */
import { cachesOf } from '../contenders/caches.mjs';
import { RingMap } from '../contenders/ring-map.mjs';
import { Course } from '../course.mjs';
import { chosen } from '../groups.mjs';
import { Keys, kindNames } from '../keys.mjs';
import { loopOf } from '../loop.mjs';
import { operations } from '../operations.mjs';
import { race } from '../race.mjs';

const LIMIT = 'raw Map';
const SIZES = { 100: 100, '1k': 1000, '100k': 100_000, '1M': 1_000_000 };

/** Milliseconds: no entry dies while it is measured. */
const LONG = 3_600_000;

/** Capacities of the caches that are alive and used beside that of 1,000. */
const OTHERS = [50, 50_000, 100_000];

/** The operations on so many keys that are part of a full run, where not all are; on a thousand keys all are. */
const LARGE = ['get', 'update', 'churn', 'read-through'];
const TELLING = {
  100: { integers: ['get'], strings: ['get'] },
  '100k': { integers: LARGE, strings: LARGE },
  '1M': { integers: ['get', 'update'], 'close integers': ['get'], strings: ['get'] },
};

/** How many operations precede each turn, and how many it has at least, if the cache is not smaller. */
const WARM = 100_000;

const plain = Object.keys(operations).filter((operation) => operations[operation].perTurn === undefined);

export function coreCells(builds) {
  const caches = cachesOf(builds);
  const cells = [];
  const add = (family, cell) => {
    for (const [label, size] of Object.entries(cell.sizes))
      for (const kind of kindNames) cells.push(cellOf(family, { ...cell, label, size, kind }, caches));
  };
  for (const operation of plain) add('core', { operation, sizes: SIZES });
  for (const operation of ['get', 'update'])
    add('core, four caches alive', { operation, sizes: { '1k': 1000 }, others: OTHERS });
  for (const operation of Object.keys(operations)) add('core with ttl', { operation, sizes: SIZES, ttl: LONG });
  return cells;
}

function cellOf(family, { operation, label, size, kind, ttl, others = [] }, caches) {
  const entrants = entrantsOf(caches, operation, size, ttl);
  const names = entrants.map(({ name }) => name);
  const isApart = ({ isObjectKeyed = false }) => isObjectKeyed && kind.endsWith('strings');
  const apart = entrants.filter(isApart).map(({ name }) => name);
  return {
    family,
    name: `${operation} ${label} ${kind}`,
    operation,
    label,
    kind,
    limit: LIMIT,
    names,
    strict: entrants.filter(({ isStrict }) => isStrict).map(({ name }) => name),
    isExtra: isExtra({ operation, label, kind, ttl, others }),
    groups: [names.filter((name) => !apart.includes(name)), ...apart.map((name) => [LIMIT, name])],
    measure(group, rounds) {
      const runnerOf = runnersOf(operations[operation], new Keys(kind), size, others);
      const runners = chosen(entrants, group).map(runnerOf);
      return race(runners, label === '1M' && operations[operation].isFill ? Math.ceil(rounds / 3) : rounds);
    },
  };
}

/** What would make a full run too long, and tells little that the rest does not. */
function isExtra({ operation, label, kind, ttl, others }) {
  if (ttl !== undefined || others.length > 0) return label !== '1k' || !['integers', 'strings'].includes(kind);
  if (label === '1k') return kind === 'random integers';
  if (label !== '1M' && kind === 'close integers') return false;
  return !TELLING[label][kind]?.includes(operation);
}

/** The limit and the caches that are measured, each with a `make(capacity)`. */
function entrantsOf(caches, operation, size, ttl) {
  const limit = { name: LIMIT, make: (capacity) => (operations[operation].evicts ? new RingMap(capacity) : new Map()) };
  if (ttl === undefined) return [limit, ...caches.filter(({ isTtlOnly }) => !isTtlOnly)];
  const withTtl = caches
    .filter(({ hasTtl, isSlowTo }) => hasTtl && !(size > 1000 && isSlowTo?.(operation)))
    .map((cache) => ({ ...cache, make: (capacity) => cache.make(capacity, ttl) }));
  const withoutTtl = caches
    .filter(({ isOurs }) => isOurs)
    .map((cache) => ({ ...cache, name: `${cache.name} without ttl` }));
  return [limit, ...withTtl, ...withoutTtl];
}

/** What makes runners of an operation, all over the same keys. */
function runnersOf(operation, keys, size, others) {
  const { isFill, perTurn } = operation;
  const ids = operation.draws(size);
  const order = keys.order(ids);
  const worth = isFill ? ids.map((_, i) => (i === size - 1 ? i : 0)) : ids.map((id) => operation.worth(id, size));
  const aside = others.map((capacity) => ({ capacity, order: keys.order(operation.draws(capacity)) }));
  const each = `const key = ${keys.source}; ${operation.each}`;

  return ({ name, make }) => {
    const loop = loopOf(perTurn ? `if (done % ${perTurn} === 0) await turn(); ${each}` : each, {
      isAsync: perTurn !== undefined,
      scope: { make: () => make(size), turn: () => new Promise(setImmediate), ids },
    });
    const subject = isFill ? undefined : make(size);
    const course = new Course(order, worth);
    if (operation.filled) fill(subject, keys, size);
    else if (!isFill) loop(subject, order, 0, order.length);
    const besides = aside.map(({ capacity, order }) => besideOf(make(capacity), capacity, keys, order, loop));
    return {
      name,
      unit: isFill ? size : perTurn,
      least: isFill || perTurn !== undefined ? undefined : Math.min(size, WARM),
      between() {
        for (const use of besides) use();
        // Else a turn would begin with what the others have left of the processor's caches.
        if (!isFill && perTurn === undefined) course.walk(loop, subject, Math.min(size, WARM));
      },
      turn: (count) => course.walk(loop, subject, count),
      check: (sum, count) =>
        sum === course.worthOf(count) && (!operation.writes || subject.get(keys.of(ids[course.last])) === course.last),
    };
  };
}

/** Fills another cache and returns what uses it a little, with the same code. */
function besideOf(cache, capacity, keys, order, loop) {
  fill(cache, keys, capacity);
  let from = 0;
  return () => {
    loop(cache, order, from, 2000);
    from = (from + 2000) % order.length;
  };
}

function fill(cache, keys, size) {
  for (let id = 0; id < size; id++) cache.set(keys.of(id), id);
}
