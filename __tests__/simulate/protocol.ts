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
  readonly find: string;
  readonly replace: string;
}

/** The source of `src/tier`, `src/redis` and the rest, which each virtual process runs with globals of its own. */
export class Protocol {
  readonly #run: (...values: unknown[]) => void;

  /** @throws Error when the source does not have what a sabotage is to replace. */
  constructor(sabotage?: Sabotage) {
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
    let code = outputFiles[0]!.text;
    if (sabotage !== undefined) {
      if (!code.includes(sabotage.find)) throw new Error(`the source has no ${sabotage.find}`);
      code = code.replace(sabotage.find, () => sabotage.replace);
    }
    this.#run = new Function('module', ...GLOBALS, code) as (...values: unknown[]) => void;
  }

  /** Loads memokit with other globals. */
  load(globals: Record<string, unknown>): Program {
    const module = { exports: {} };
    this.#run(module, ...GLOBALS.map((name) => globals[name]));
    return module.exports as Program;
  }
}

/** The globals that a virtual process has of its own. */
const GLOBALS = ['globalThis', 'setTimeout', 'clearTimeout', 'performance', 'Date', 'Math', 'crypto', 'console'];
