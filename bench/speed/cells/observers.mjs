/**
 * The cells of observers: a hit with all that can observe installed and nothing subscribed, and a miss with subscribers of
 * all diagnostics channels. A miss without them runs in the same process, from which the observers are taken away.
 */
import { subscribe, tracingChannel } from 'node:diagnostics_channel';
import { OURS } from '../builds.mjs';
import { Course } from '../course.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';

const INSTALLED = `${OURS}, observers installed`;
const SUBSCRIBED = `${OURS}, channels subscribed`;
const HAND = 'raw Map';
const KEYS = 1000;
const PROCESSES = 4;
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
const shared = () => globalThis[Symbol.for('memokit.shared.2')];

export function observerCells([{ path, memokit }]) {
  const entry = (name) => new URL(`${name}.js`, `file://${path}`).href;
  const install = () => Promise.all(['channels', 'prometheus', 'top', 'request'].map((name) => import(entry(name))));
  return [
    {
      family: 'observers',
      name: 'hit, one number',
      limit: HAND,
      names: [HAND, OURS, INSTALLED],
      processes: PROCESSES,
      groups: [
        [HAND, OURS],
        [HAND, INSTALLED],
      ],
      async measure(group, rounds) {
        if (group.includes(INSTALLED)) await install();
        return race(
          group.map((name) => hits(name, memokit)),
          rounds,
        );
      },
    },
    ...[false, true].map((isAsync) => ({
      family: 'observers',
      name: `${isAsync ? 'async ' : ''}miss that evicts`,
      limit: OURS,
      names: [OURS, SUBSCRIBED],
      processes: PROCESSES,
      groups: [[OURS, SUBSCRIBED]],
      async measure(group, rounds) {
        await install();
        const ignore = () => {};
        tracingChannel('memokit:load').subscribe(Object.fromEntries(EVENTS.map((event) => [event, ignore])));
        for (const name of ['evict', 'coalesce', 'invalidate', 'store']) subscribe(`memokit:${name}`, ignore);
        const { observer } = shared();
        return race(
          group.map((name) => missing(name, memokit, isAsync, name === SUBSCRIBED ? observer : undefined)),
          rounds,
        );
      },
    })),
  ];
}

const order = Array.from({ length: KEYS }, (_, i) => i * 211);
const worths = Float64Array.from(order);

function hits(name, { memoize }) {
  const map = new Map(order.map((n) => [n, n]));
  const subject = name === HAND ? (n) => map.get(n) : memoize((n) => n, { capacity: KEYS });
  const loop = loopOf('sum += subject(order[at]);');
  return runner(name, subject, loop, order, worths);
}

function missing(name, { memoize }, isAsync, observer) {
  const all = Array.from({ length: 3 * KEYS }, (_, i) => i * 211);
  const subject = memoize(isAsync ? async (n) => n : (n) => n, { capacity: KEYS });
  const loop = loopOf(`sum += ${isAsync ? 'await ' : ''}subject(order[at]);`, { isAsync });
  const between = () => {
    shared().observer = observer;
  };
  return { ...runner(name, subject, loop, all, Float64Array.from(all)), between };
}

function runner(name, subject, loop, members, values) {
  const course = new Course(members, values);
  return {
    name,
    prepare: () => loop(subject, members, 0, members.length),
    turn: (count) => course.walk(loop, subject, count),
    check: (sum, count) => sum === course.worthOf(count),
  };
}
