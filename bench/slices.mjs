/**
 * What it would cost to store a copy of each string key, so that a key that is a part of a large text does not keep the text
 * alive: nanoseconds of a miss with and without a copy, for keys of several lengths. Prints medians. Needs a build.
 */
import { memoize } from '../dist/index.js';

const MISSES = 20_000;
const ROUNDS = 15;
const last = { character: 0 };

/** The cheapest copies that free the text: a string that the engine has to put together anew. */
const ways = {
  'no copy': (text) => text,
  'two parts': (text) => {
    const copy = text.slice(0, 1) + text.slice(1);
    last.character = copy.charCodeAt(0);
    return copy;
  },
  JSON: (text) => JSON.parse(JSON.stringify(text)),
};

const loads = {
  synchronous: () => memoize((text) => text.length, { capacity: 1000 }),
  asynchronous: () => memoize(async (text) => text.length, { capacity: 1000 }),
};

const row = (cells) => console.log(cells.map((cell) => String(cell).padEnd(16)).join(''));

row(['load', 'characters', ...Object.keys(ways)]);
for (const [load, make] of Object.entries(loads)) {
  for (const length of [13, 40, 200, 4000]) {
    const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, copy] of Object.entries(ways)) {
        const find = make();
        const count = Math.min(MISSES, 8e6 / length);
        const keys = Array.from({ length: count }, (_, i) => Buffer.alloc(length, `${round}-${i}-`).toString('latin1'));
        const start = process.cpuUsage();
        for (const key of keys) await find(copy(key));
        const { user, system } = process.cpuUsage(start);
        times[way].push(((user + system) * 1000) / count);
      }
    }
    row([load, length, ...Object.values(times).map((all) => Math.round(all.sort((a, b) => a - b)[ROUNDS >> 1]))]);
  }
}
