/** The cells of memory: bytes of an entry, an empty cache, an instance. Each contender has a process of its own. */
import { calls } from '../calls.mjs';
import { cachesOf } from '../contenders/caches.mjs';
import { functionsOf } from '../contenders/functions.mjs';
import { membersOf } from '../contenders/members.mjs';
import { loopOf } from '../loop.mjs';
import { bytesOf } from '../memory.mjs';
import { scattered } from '../random.mjs';
import { serviceByHand, serviceOf } from '../services.mjs';

const ENTRIES = 1_000_000;
const CALLS = 100_000;

/** Milliseconds: no entry dies while it is measured. */
const LONG = 3_600_000;

/** How many empty caches of each capacity are made, and how many instances with so many entries. */
const EMPTIES = { 100: 1000, 1000: 1000, 1000000: 20 };
const INSTANCES = { 1: 100_000, 3: 100_000, 50: 10_000 };

/** The calls of which an entry is weighed. A linear scan would take hours to make so many. */
const CALLED = ['one number, 1k keys', 'two strings, 1k keys', 'small object, 1k keys'];
const itself = (id) => id;
const isLinear = ({ name }) => name === 'micro-memoize';

export function memoryCells(builds) {
  const map = { name: 'raw Map', make: () => new Map() };
  const caches = [map, ...cachesOf(builds)];
  const plain = caches.filter(({ isTtlOnly }) => !isTtlOnly);
  const withTtl = caches.filter(({ name, hasTtl }) => (hasTtl && !name.includes('ttlResolution')) || name === map.name);
  const byHand = { name: 'by hand', make: serviceByHand };
  const members = [byHand, ...membersOf(builds)];
  const core = (name, entrants, weigh) => cellOf('memory of the core', name, entrants, weigh);
  return [
    core('an entry, of 1M integers', plain, ({ make }) => entryOf(make, itself)),
    core('an entry, of 1M random integers', plain, ({ make }) => entryOf(make, scattered)),
    core('an entry with a ttl, of 1M integers', withTtl, ({ make }) => entryOf(make, itself, LONG)),
    ...Object.entries(EMPTIES).map(([capacity, count]) =>
      core(`an empty cache, capacity ${Number(capacity).toLocaleString('en')}`, plain, ({ make }) =>
        emptyOf(() => make(Number(capacity)), count),
      ),
    ),
    ...Object.entries(INSTANCES).map(([entries, count]) =>
      cellOf(
        'memory of instances',
        `what an instance adds with ${entries} ${entries === '1' ? 'entry' : 'entries'}`,
        members,
        (member) => instanceOf(member, Number(entries), count),
      ),
    ),
    ...CALLED.map((name) => {
      const call = { ...calls[name], room: CALLS };
      const entrants = [{ name: 'by hand', memoize: call.byHand }, ...functionsOf(builds)];
      const title = `an entry, ${name.replace('1k', '100k')}`;
      return cellOf(
        'memory of calls',
        title,
        entrants.filter((one) => !isLinear(one)),
        (one) => callOf(one, call),
      );
    }),
  ];
}

function cellOf(family, name, entrants, weigh) {
  const names = entrants.map((entrant) => entrant.name);
  return {
    family,
    name,
    unit: 'B',
    limit: names[0],
    names,
    groups: names.map((one) => [one]),
    measure: ([one]) => [{ name: one, amount: weigh(entrants.find((entrant) => entrant.name === one)) }],
  };
}

function entryOf(make, keyOf, ttl) {
  const filled = (capacity) => {
    const cache = make(capacity, ttl);
    for (let i = 0; i < capacity; i++) cache.set(keyOf(i), i);
    return cache;
  };
  // Code and what V8 learns of it is made once, and belongs to no entry; so in all that follow.
  filled(1000);
  return bytesOf(() => filled(ENTRIES)) / ENTRIES;
}

function emptyOf(make, count) {
  const several = () => Array.from({ length: count }, make);
  bytesOf(several);
  return bytesOf(several) / count;
}

/** What calls add to instances that are there. */
function instanceOf({ make, decorate }, entries, count) {
  const Service = (make ?? serviceOf)();
  decorate?.(Service, 'get');
  const instances = Array.from({ length: count }, (_, id) => new Service(id));
  const use = (instance) => {
    for (let key = 0; key < entries; key++) instance.get(key);
  };
  use(new Service(0));
  const used = bytesOf(() => {
    instances.forEach(use);
    return instances;
  });
  return used / count;
}

/** What an entry of a call adds, its arguments not counted that the caller has anyway. */
function callOf({ memoize, callee = 'subject' }, call) {
  const { fn, make, source = 'member' } = call;
  const subject = memoize(fn, call);
  const loop = loopOf(`const member = order[at]; sum += ${callee}(${source});`);
  const order = Array.from({ length: CALLS }, (_, id) => make(id));
  loop(subject, order, 0, 100);
  const filled = bytesOf(() => {
    loop(subject, order, 100, CALLS - 100);
    return subject;
  });
  return filled / (CALLS - 100);
}
