/**
 * A cell: one thing measured, of every contender that offers it. A cell has
 *
 * - `family`, which is the title of its table, and `name`, its row.
 * - `names`: the contenders, in the order of the columns; `limit`: the one that the others are compared with.
 * - `groups`: which of them run in one process together; those that would disturb the others have one of their own.
 * - `processes`: how many run each group, one after the other; 1 unless given. `flags`: what they tell V8.
 * - `measure(group, rounds)`: resolves to what `race` does, or to an `amount` instead of `times`.
 * - `unit`: of what the limit comes to; `ns` unless given.
 * - `isExtra`: left out of a full run.
 */
import { callCells } from './cells/calls.mjs';
import { coreCells } from './cells/core.mjs';
import { depthCells } from './cells/depth.mjs';
import { fleetCells } from './cells/fleet.mjs';
import { importCells } from './cells/imports.mjs';
import { instanceCells } from './cells/instances.mjs';
import { memoryCells } from './cells/memory.mjs';
import { missCells } from './cells/misses.mjs';
import { observerCells } from './cells/observers.mjs';
import { pairCells } from './cells/pairs.mjs';
import { stepCells } from './cells/steps.mjs';
import { storeCells } from './cells/stores.mjs';

export function cellsOf(builds) {
  const all = [
    coreCells,
    stepCells,
    callCells,
    missCells,
    instanceCells,
    memoryCells,
    depthCells,
    importCells,
    observerCells,
    pairCells,
    storeCells,
    fleetCells,
  ];
  return all.flatMap((cells) => cells(builds));
}

export function idOf({ family, name }) {
  return `${family}/${name}`;
}
