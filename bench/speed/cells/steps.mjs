/** The cells of the worst step: the longest single `set` while a new cache grows to a million entries. */
import { cachesOf } from '../contenders/caches.mjs';
import { Keys } from '../keys.mjs';
import { shuffle } from '../random.mjs';

const LIMIT = 'raw Map';
const SIZE = 1_000_000;

export function stepCells(builds) {
  const caches = [
    { name: LIMIT, make: () => new Map() },
    ...cachesOf(builds).filter(({ isTtlOnly, isObjectKeyed }) => !isTtlOnly && !isObjectKeyed),
  ];
  const names = caches.map(({ name }) => name);
  return ['integers', 'strings'].map((kind) => ({
    family: 'worst step',
    name: `set, on the way to 1M ${kind}`,
    unit: 'ms',
    limit: LIMIT,
    isExtra: kind !== 'integers',
    names,
    groups: [names],
    measure: (_group, rounds) => measureAll(caches, new Keys(kind), Math.ceil(rounds / 2)),
  }));
}

function measureAll(caches, keys, rounds) {
  const all = Array.from({ length: SIZE }, (_, id) => keys.of(id));
  const results = caches.map(({ name, make }) => ({ name, make, times: [] }));
  for (let round = -1; round < rounds; round++) {
    for (const { make, times } of shuffle([...results])) {
      globalThis.gc();
      const time = worstStep(make, all);
      if (round >= 0) times.push(time * 1e6);
    }
  }
  return results.map(({ name, times }) => ({ name, times }));
}

/** Milliseconds. The constructor is a step too, as some do all their work there. */
function worstStep(make, keys) {
  let before = performance.now();
  let worst = 0;
  const cache = make(SIZE);
  for (let i = 0; i < SIZE; i++) {
    if (i > 0) cache.set(keys[i], i);
    const now = performance.now();
    if (now - before > worst) worst = now - before;
    before = now;
  }
  return worst;
}
