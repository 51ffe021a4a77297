/**
 * Processor time of the codec `portable` beside `node:v8`, and the bytes of both: `npm run build && node bench/codecs.mjs`.
 * Prints ratios: below 1, `portable` is faster or smaller.
 */
import { deserialize, serialize } from 'node:v8';
import { portable } from '../dist/store.js';

const rows = Array.from({ length: 200 }, (_, id) => ({
  id,
  name: `User ${id}`,
  email: `user${id}@example.org`,
  isActive: id % 3 === 0,
  score: id * 1.5,
  tags: ['a', 'b', 'c'],
  at: new Date(1e12 + id),
}));

const values = {
  'one object': rows[0],
  '200 objects': rows,
  'a Map of 200 objects': new Map(rows.map((row) => [row.name, row])),
  '5,000 numbers': Array.from({ length: 5000 }, (_, i) => i * 1.1),
  '60 kB of ASCII': 'hello world '.repeat(5000),
  '70 kB of other text': 'héllo wörld '.repeat(5000),
  'a Uint8Array of 1 MB': new Uint8Array(1e6),
};

/** The least processor time of one call, of seven rounds. */
function timeOf(run) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const from = process.cpuUsage().user;
    let calls = 0;
    for (; process.cpuUsage().user - from < 50_000; calls++) run();
    best = Math.min(best, (process.cpuUsage().user - from) / calls);
  }
  return best;
}

const { encode, decode } = portable();
for (const [name, value] of Object.entries(values)) {
  const [ours, theirs] = [encode(value), serialize(value)];
  const encoding = timeOf(() => encode(value)) / timeOf(() => serialize(value));
  const decoding = timeOf(() => decode(ours)) / timeOf(() => deserialize(theirs));
  const size = ours.length / theirs.length;
  console.log(
    `${name.padEnd(22)} encode ${encoding.toFixed(2)}  decode ${decoding.toFixed(2)}  bytes ${size.toFixed(2)}`,
  );
}
