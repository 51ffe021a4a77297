/**
 * A cell: one thing measured, of every contender that offers it. A cell has
 *
 * - `family`, which is the title of its table, and `name`, its row.
 * - `names`: the contenders, in the order of the columns; `limit`: the one that the others are compared with.
 * - `groups`: which of them run in one process together; those that would disturb the others have one of their own.
 * - `measure(group, rounds)`: resolves to what `race` does, or to `bytes` instead of `times`.
 * - `unit`: of what the limit comes to; `ns` unless given.
 * - `isExtra`: left out of a full run.
 */
import { callCells } from './cells/calls.mjs';
import { coreCells } from './cells/core.mjs';
import { importCells } from './cells/imports.mjs';
import { instanceCells } from './cells/instances.mjs';
import { memoryCells } from './cells/memory.mjs';
import { stepCells } from './cells/steps.mjs';

export function cellsOf(builds) {
  return [coreCells, stepCells, callCells, instanceCells, memoryCells, importCells].flatMap((cells) => cells(builds));
}

export function idOf({ family, name }) {
  return `${family}/${name}`;
}
