import { buildSync } from 'esbuild';
import type { cacheOf, invalidateTags, memoize } from 'memokit';
import type { redisStore } from 'memokit/redis';

/** What a virtual process runs: memokit itself. */
export interface Program {
  readonly memoize: typeof memoize;
  readonly cacheOf: typeof cacheOf;
  readonly invalidateTags: typeof invalidateTags;
  readonly redisStore: typeof redisStore;
}

/** A fault that is put into the source on purpose, to see that the checks notice it. */
export interface Sabotage {
  /** What the process does then. */
  readonly what: string;
  /** What is replaced: it must match one place of the bundled source. */
  readonly find: RegExp;
  readonly replace: string;
}

/** The variables of memokit's modules, as one process has them. */
export type Variables = Record<string, unknown>;

/** One evaluation of the source, whose code many processes can run in turn, each with variables of its own. */
export interface Evaluation {
  readonly program: Program;
  /** Gives the variables the values that they have when memokit is loaded. */
  reset(globalObject: unknown): void;
  save(variables: Variables): void;
  restore(variables: Variables): void;
}

/** The source of `src/tier`, `src/redis` and the rest as one text. It is evaluated with other globals than those of this process. */
export class Protocol {
  readonly #evaluate: (...values: unknown[]) => void;

  /** @throws Error when the source does not have what a sabotage is to replace, or has it more than once. */
  constructor(...sabotages: Sabotage[]) {
    let code = (bundled ??= bundle());
    for (const { what, find, replace } of sabotages) {
      const places = [...code.matchAll(new RegExp(find, 'g'))].length;
      if (places !== 1)
        throw new Error(`the sabotage "${what}" finds ${find} in ${places} places of the source: adapt it`);
      code = code.replace(find, () => replace);
    }
    const initial = VARIABLES.map((name) => `${name} = ${initialValue(code, name)};`);
    const saved = VARIABLES.map((name) => `to.${name} = ${name};`);
    const restored = VARIABLES.map((name) => `${name} = from.${name};`);
    const hooks = `
module.reset = (own) => { globalThis = own; ${initial.join(' ')} };
module.save = (to) => { ${saved.join(' ')} };
module.restore = (from) => { ${restored.join(' ')} };`;
    this.#evaluate = new Function('module', ...GLOBALS, code + hooks) as (...values: unknown[]) => void;
  }

  /** Evaluates the source with other globals. */
  evaluate(globals: Record<string, unknown>): Evaluation {
    const module = { exports: {} } as unknown as Evaluation & { readonly exports: Program };
    this.#evaluate(module, ...GLOBALS.map((name) => globals[name]));
    return {
      program: module.exports,
      reset: module.reset,
      save: module.save,
      restore: module.restore,
    };
  }
}

/** The source as one text, which takes half a second to make. */
let bundled: string | undefined;

function bundle(): string {
  const contents =
    "export { memoize, cacheOf, invalidateTags } from 'memokit'; export { redisStore } from 'memokit/redis';";
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: process.cwd() },
    alias: { memokit: './src/index.ts', 'memokit/redis': './src/redis/index.ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
  });
  return outputFiles[0]!.text;
}

/** Returns the text of the value with which a module of the bundle declares a variable. */
function initialValue(code: string, name: string): string {
  const declaration = new RegExp(`^var ${name}(?: = ([^\\n]*|[^\\n]*\\n(?:[ ][^\\n]*\\n)*\\}[^\\n]*))?;$`, 'm').exec(
    code,
  );
  if (declaration === null) throw new Error(`the source has no variable ${name}: adapt VARIABLES of protocol.ts`);
  return declaration[1] ?? 'undefined';
}

/** The globals that a virtual process has of its own. */
const GLOBALS = ['globalThis', 'setTimeout', 'clearTimeout', 'performance', 'Date', 'Math', 'crypto', 'console'];

/**
 * The variables of memokit's modules whose values tell processes apart. What is not listed are caches of computations and
 * spare memory, which give the same result whoever fills them; `simulation.test.ts` compares processes that share the code with
 * processes that share nothing.
 */
const VARIABLES = [
  // shared-registry.ts
  'shared',
  // held-lease.ts
  'held',
  // script.ts
  'hashes',
  // store-name.ts
  'classes',
  // scrambled-map.ts
  'drawn',
  // clock.ts
  'reading',
  'uses',
  'latest',
  'offset',
  'fakeTimers',
  'timerSince',
];
