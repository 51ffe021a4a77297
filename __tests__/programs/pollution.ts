/**
 * Runs the scenario in each dialect with one more name on `Object.prototype`, for each name, each hostile value and each
 * moment: before memokit is loaded, or after everything is defined. Each run loads memokit anew. Prints what differs from
 * the run without pollution, and how many runs there were. The arguments are the dialects.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Program } from './pollution-scenario.js';

const isLong = process.env.TEST_LONG !== undefined;

function compile(isLegacy: boolean): string {
  const compilerOptions = { experimentalDecorators: isLegacy, useDefineForClassFields: true };
  const { outputFiles } = buildSync({
    entryPoints: ['__tests__/programs/pollution-scenario.ts'],
    ...({ bundle: true, write: false, format: 'iife', target: 'es2022' } as const),
    alias: { memokit: './src/index.ts', 'memokit/testing': './src/testing/index.ts' },
    tsconfigRaw: { compilerOptions },
  });
  return outputFiles[0]!.text;
}

/** The source of the package. */
const source = ['src', 'decorators']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')
  .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** Names that the platform itself reads from objects: descriptors, options of listeners and contexts of decorators. */
const PLATFORM =
  'value get set writable enumerable configurable once capture passive signal cause kind name static private access ' +
  'metadata addInitializer done next throw length raw index now clock id';

/**
 * Names that are not tried. `then` makes every object a promise for the platform itself, and `return` breaks every
 * destructured array. `toJSON` would break what this program prints, and Node 24 makes no URL with a `port`. Two are global
 * variables that most platforms lack. The others are on `Object.prototype` already.
 */
const UNTRIED = [
  ...['then', 'return', 'toJSON', 'port', 'Temporal', '__zone_symbol__setTimeout'],
  ...Object.getOwnPropertyNames(Object.prototype),
];
const find = (pattern: RegExp) => [...source.matchAll(pattern)].map(([, name]) => name!);
/** The names of optional properties, such as options, events and what only some of our own objects have. */
const optional = [...find(/\b(\w+)\?:/g), ...find(/\?\.(\w+)/g)];
const mentioned = [...new Set(find(/\b([a-z]\w*)\b/g))];
const names = new Set([...optional, ...PLATFORM.split(' '), ...Object.getOwnPropertyNames(Reflect)]);
for (const name of UNTRIED) names.delete(name);

/** What is polluted alone: compilers, or Node itself, read these from objects that may lack them. */
const alone = 'value get set writable enumerable configurable next id expiry'.split(' ');
const others = [...names].filter((name) => !alone.includes(name));
const groups = [...(isLong ? others.map((name) => [name]) : [others]), ...alone.map((name) => [name])];
/** The other names that the source mentions, some at a time. */
const rest = isLong ? mentioned.filter((name) => !names.has(name) && !UNTRIED.includes(name)) : [];
for (let at = 0; at < rest.length; at += 25) groups.push(rest.slice(at, at + 25));

const fail = () => {
  throw new Error('the polluted name was read');
};
const values: [kind: string, descriptor: PropertyDescriptor][] = [
  ['a function', { value: () => 'polluted', writable: true }],
  ['a text', { value: 'polluted', writable: true }],
  ['a number', { value: 1, writable: true }],
  ['true', { value: true, writable: true }],
  ['an object', { value: { a: 1 }, writable: true }],
  ['null', { value: null, writable: true }],
  ['a getter that throws', { get: fail, set: fail }],
];

const { defineProperty } = Object;
const descriptorOf = ({ value, writable, get, set }: PropertyDescriptor) => {
  // An unsafe merge makes properties that are enumerable.
  const common = { configurable: true, enumerable: true };
  const own = get === undefined ? { value, writable, ...common } : { get, set, ...common };
  return Object.assign(Object.create(null), own) as PropertyDescriptor;
};

let runs = 0;
/** Whether the platform's own timers and signals still work. Some read names that a getter would have to answer. */
function platformWorks(): boolean {
  try {
    clearTimeout(setTimeout(() => {}, 1_000_000 + runs));
    const controller = new AbortController();
    let calls = 0;
    const count = () => calls++;
    controller.signal.addEventListener('abort', count);
    controller.abort();
    return calls === 1;
  } catch {
    return false;
  }
}

let unhandled: string[] = [];
process.on('unhandledRejection', (error) => unhandled.push(`unhandled: ${error}`));
process.on('uncaughtException', (error) => unhandled.push(`uncaught: ${error}`));

async function outcomeOf(
  code: (give: (program: Program) => void) => void,
  dialect: string,
  moment: string,
  pollute: () => void,
  decorates = true,
) {
  let program: Program | undefined;
  let lines: string[] = [];
  let canDecorate = decorates;
  unhandled = [];
  try {
    if (moment === 'before') pollute();
    if (moment === 'before' && !platformWorks()) return undefined;
    code((given) => {
      program = given;
    });
    try {
      program!.decorateWithNothing();
    } catch {
      canDecorate = false;
    }
    program!.define(canDecorate);
    if (moment === 'after') pollute();
    if (moment === 'after' && !platformWorks()) return undefined;
    // A run that hangs differs too.
    const late = new Promise<string[]>((resolve) => setTimeout(resolve, 2000, ['hangs']));
    lines = await Promise.race([program!.use(dialect === 'standard'), late]);
    await new Promise((resolve) => setTimeout(resolve));
  } catch (error) {
    lines = [`threw ${error}`];
  }
  return { lines: [...lines, ...unhandled], canDecorate };
}

// The timers of memokit keep no process alive.
const alive = setInterval(() => {}, 1000);
const differences: string[] = [];
/** The runs in which the platform itself fails. */
const skipped = new Set<string>();
for (const dialect of process.argv.slice(2)) {
  // Each run has a shared registry of its own, as if no other copy of memokit were loaded.
  const text = compile(dialect === 'legacy').replace('"memokit.shared.2"', 'registry');
  const load = new Function('give', 'registry', text);
  const code = (give: (program: Program) => void) => load(give, `registry ${runs} ${Math.random()}`);
  const expected = new Map<boolean, string[]>();
  for (const canDecorate of [true, false]) {
    const outcome = await outcomeOf(code, dialect, 'never', () => {}, canDecorate);
    expected.set(canDecorate, outcome!.lines);
  }
  for (const group of groups) {
    for (const [kind, value] of isLong ? values : [values[0]!, values[1]!, values[6]!]) {
      for (const moment of ['before', 'after']) {
        const pollute = () => {
          for (const name of group) defineProperty(Object.prototype, name, descriptorOf(value));
        };
        const outcome = await outcomeOf(code, dialect, moment, pollute).finally(() => {
          for (const name of group) delete (Object.prototype as never)[name];
        });
        runs++;
        if (outcome === undefined) {
          skipped.add(`${group} as ${kind}`);
          continue;
        }
        const { lines, canDecorate } = outcome;
        const wanted = expected.get(canDecorate)!;
        const at = lines.findIndex((line, index) => line !== wanted[index]);
        if (at < 0 && lines.length === wanted.length) continue;
        const place = `${dialect}, ${group.length > 30 ? `${group.length} names` : group} as ${kind}, ${moment}`;
        differences.push(`${place}: ${lines[at] ?? 'ended'} instead of ${wanted[at]}`);
      }
    }
  }
}
clearInterval(alive);
console.log(JSON.stringify({ runs, names: groups.flat().length, skipped: [...skipped], differences }, undefined, 1));
