/**
 * The cells of pairs: our build and the one before, alone, in several processes, since what V8 makes of the same code
 * differs by some per cent from one process to the next. There are none unless `--against` names a build.
 */
import { BEFORE, OURS } from '../builds.mjs';
import { callCells } from './calls.mjs';
import { coreCells } from './core.mjs';
import { instanceCells } from './instances.mjs';

/** An even number, since they take turns in who is prepared first. */
const PROCESSES = 4;

/**
 * V8 optimizes when a call begins, and at once. When it does so beside us, or in the midst of a loop, chance decides what
 * it inlines, and one call of the same code takes twice as long as another.
 */
const FLAGS = ['--no-concurrent-recompilation', '--no-use-osr'];

/** The cells of each family that a full run measures. */
const TELLING = {
  core: /^((get|has) 1k (integers|strings|close integers)|set 1M random integers)$/,
  calls:
    /^(no argument|one (number|close number|string), 1k keys(, ttl)?|.* and string, 10 keys|two .*, 1k keys|three .*, 1k keys|small .*|async .*)$/,
  cached: /^(no argument|one (number|close number|string), 1k keys|two strings, 1k keys)$/,
  instances: /^(getter|method), (1k|200k) instances$/,
};

export function pairCells(builds) {
  if (builds.length === 1) return [];
  const core = coreCells(builds).filter(({ family, name }) => family === 'core' && TELLING.core.test(name));
  const calls = callCells(builds);
  const instances = instanceCells(builds).filter(({ family }) => family === 'instances');
  return [
    ...core.map((cell) => pairOf('core, two builds', cell, TELLING.core)),
    ...calls.map((cell) => pairOf('calls, two builds', cell, TELLING.calls)),
    ...calls.map((cell) => pairOf('@cached, two builds', cell, TELLING.cached, ' @cached')),
    ...instances.map((cell) => pairOf('instances, two builds', cell, TELLING.instances)),
  ];
}

function pairOf(family, { name, measure }, telling, suffix = '') {
  const names = [BEFORE, OURS].map((build) => build + suffix);
  return {
    family,
    name,
    limit: names[0],
    names,
    isExtra: !telling.test(name),
    groups: [names],
    processes: PROCESSES,
    flags: FLAGS,
    measure: (group, rounds) => measure(group, Math.ceil(rounds / 2)),
  };
}
