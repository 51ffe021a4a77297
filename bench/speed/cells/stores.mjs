/**
 * The cells of stores: results on disk, in a directory of the system's folder for temporary files, and what a store costs
 * where memory answers. All are left out of a full run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { joblib } from '../contenders/joblib.mjs';
import { persistentOf } from '../contenders/persistent.mjs';
import { Course } from '../course.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';

const PYTHON = 'joblib (Python)';

/** Entries that are there where hits are measured, and where a store is opened. */
const ENTRIES = 1000;
const MANY = 100_000;
/** Writing 100,000 files takes minutes, and a file's path is found among 10,000 in the same time. */
const MANY_FILES = 10_000;

/** Hits before the race: it gives each contender too few turns for V8 to optimize a hit that takes microseconds. */
const WARM_UP = 10_000;

/** Misses before the race, for the same reason. */
const FILLS_BEFORE = 3000;

/** Calls at once while a directory is filled. */
const AT_ONCE = 50;

/** How many rows and how much text a value has, where each row takes 40 bytes of JSON. */
const SMALL = { rows: 1, text: 10 };
const ROWS = { rows: 250, text: 10 };
const TEXT = { rows: 1, text: 10_000 };

const resultOf = (id, { rows, text }) => ({
  id,
  text: 'some text '.repeat(text / 10),
  rows: Array.from({ length: rows }, (_, row) => ({ row, name: `row ${row} of ${id}` })),
});

export function storeCells(builds) {
  const entrants = persistentOf(builds);
  const names = entrants.map(({ name }) => name);
  const [limit] = names;
  const cellOf = (name, groups, makers) => ({
    family: 'stores',
    name,
    limit,
    names: [...new Set(groups.flat())],
    groups,
    isExtra: true,
    measure: (group, rounds) =>
      inDirectory((directory) =>
        race(
          group.map((one) => {
            const place = join(directory, String(names.indexOf(one)));
            const entrant = entrants.find((found) => found.name === one);
            return entrant ? makers.runner(entrant, place) : makers.python(place);
          }),
          rounds,
        ),
      ),
  });
  const all = [[...names, PYTHON]];
  return [
    cellOf('hit, a small value', all, hits(SMALL)),
    cellOf('hit, 10 kB of rows', all, hits(ROWS)),
    cellOf('hit, 10 kB of text', all, hits(TEXT)),
    cellOf('open, and the first hit of 100k entries', [names], { runner: coldStart }),
    cellOf('miss of a trivial function, a small value', all, { runner: fills, python: pythonOf(SMALL, 0) }),
    ...memoryCells(builds),
  ];
}

async function inDirectory(run) {
  const directory = mkdtempSync(join(tmpdir(), 'memokit-bench-'));
  try {
    return await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A function that counts its runs. */
function counted(size) {
  const tally = { runs: 0 };
  const fn = (id) => {
    tally.runs++;
    return resultOf(id, size);
  };
  return { tally, fn };
}

async function sumOf(call, idOf, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const result = call(idOf(i));
    sum += ('then' in result ? await result : result).id;
  }
  return sum;
}

async function fill(call, count) {
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => call(from + i)));
  }
}

/** The sum of `count` ids from `first` on, which begin again at `entries` unless that is 0. */
function sumOfIds(first, count, entries) {
  let sum = 0;
  for (let i = first; i < first + count; i++) sum += entries ? i % entries : i;
  return sum;
}

function hits(size) {
  const runner = ({ name, load, open }, directory) => {
    const { tally, fn } = counted(size);
    let opened;
    let next = 0;
    return {
      name,
      async prepare() {
        opened = await open(directory, fn, await load?.());
        await fill(opened.call, ENTRIES);
        await opened.settle?.();
        await sumOf(opened.call, (i) => i % ENTRIES, WARM_UP);
        tally.runs = 0;
      },
      turn(count) {
        const from = next;
        next += count;
        return sumOf(opened.call, (i) => (from + i) % ENTRIES, count);
      },
      check: (sum, count) => tally.runs === 0 && sum === sumOfIds(next - count, count, ENTRIES),
    };
  };
  return { runner, python: pythonOf(size, ENTRIES) };
}

/** Each call is of a new id. */
function fills({ name, load, open }, directory) {
  const { tally, fn } = counted(SMALL);
  let opened;
  let next = 0;
  return {
    name,
    async prepare() {
      opened = await open(directory, fn, await load?.());
      await sumOf(opened.call, (i) => `warm ${i}`, FILLS_BEFORE);
      await opened.settle?.();
      tally.runs = 0;
    },
    async turn(count) {
      const from = next;
      next += count;
      const sum = await sumOf(opened.call, (i) => from + i, count);
      await opened.settle?.();
      return sum;
    },
    check: (sum, count) => tally.runs === next && sum === sumOfIds(next - count, count, 0),
  };
}

function coldStart({ name, load, open, isFilePerEntry }, directory) {
  const entries = isFilePerEntry ? MANY_FILES : MANY;
  const { tally, fn } = counted(SMALL);
  let library;
  let next = 0;
  return {
    name,
    async prepare() {
      library = await load?.();
      const { call, settle, close } = await open(directory, fn, library);
      await fill(call, entries);
      await settle?.();
      await close?.();
      tally.runs = 0;
    },
    async turn(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const { call, close } = await open(directory, fn, library);
        sum += await sumOf(call, () => next++ % entries, 1);
        await close?.();
      }
      return sum;
    },
    check: (sum, count) => tally.runs === 0 && sum === sumOfIds(next - count, count, entries),
  };
}

function pythonOf(size, entries) {
  return (directory) => {
    let opened;
    let next = 0;
    return {
      name: PYTHON,
      async prepare() {
        try {
          opened = await joblib(directory, size);
          if (entries > 0) await opened.call(0, entries, entries);
        } catch (error) {
          // The cell says why there is none; the others go on.
          opened = { call: () => Promise.reject(error) };
        }
      },
      turn(count) {
        const from = next;
        next += count;
        return opened.call(from, count, entries);
      },
      check: (sum, count) => sum === sumOfIds(next - count, count, entries),
    };
  };
}

/** A hit that memory answers, with a store behind it and without. */
function memoryCells(builds) {
  return builds.map(({ name, path, memokit }) => {
    const without = `${name} without a store`;
    const names = [without, name];
    const measure = async (_group, rounds) =>
      inDirectory(async (directory) => {
        const { diskStore } = await import(new URL('disk.js', pathToFileURL(path)));
        const store = diskStore(directory);
        return race(
          [memoryRunner(without, memokit, {}), memoryRunner(name, memokit, { store, name: 'bench' })],
          rounds,
        );
      });
    return {
      family: 'stores, in memory',
      name: 'hit, one number, 1k keys',
      limit: without,
      names,
      groups: [names],
      processes: 4,
      isExtra: true,
      measure,
    };
  });
}

function memoryRunner(name, { memoize }, options) {
  const subject = memoize((id) => id / 211, { capacity: ENTRIES, ...options });
  const order = Array.from({ length: ENTRIES }, (_, id) => id * 211);
  const course = new Course(
    order,
    order.map((id) => id / 211),
  );
  const loop = loopOf('sum += subject(order[at]);');
  return {
    name,
    prepare: () => loop(subject, order, 0, ENTRIES),
    turn: (count) => course.walk(loop, subject, count),
    check: (sum, count) => sum === course.worthOf(count),
  };
}
