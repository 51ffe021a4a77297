/** A child: a process that measures one group of one cell, and writes the result to its standard output as JSON. */
import { writeSync } from 'node:fs';
import { loaded } from './builds.mjs';
import { cellsOf, idOf } from './cells.mjs';

const { id, group, rounds, builds } = JSON.parse(process.argv[2]);
const cell = cellsOf(await loaded(builds)).find((one) => idOf(one) === id);
writeSync(1, JSON.stringify(await cell.measure(group, rounds)));
// Timers that contenders have left behind would keep it alive.
process.exit();
