import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll } from '@jest/globals';
import { buildSync } from 'esbuild';

/** The exit status and the output of a finished program. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string | undefined;
const compiled = new Map<string, string>();

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/**
 * Compiles a program and the sources that it imports to one file, once for each test file. Returns the path of the result.
 * A process that compiled them itself, with tsx, would begin a second later.
 */
export function compiledProgram(program: string): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'memokit-programs-'));
    // So that the programs find the packages that they import.
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  }
  let outfile = compiled.get(program);
  if (outfile === undefined) {
    outfile = join(folder, `${basename(program, '.ts')}.mjs`);
    buildSync({
      ...({ bundle: true, format: 'esm', platform: 'node', target: 'es2022', keepNames: true } as const),
      ...{ entryPoints: [program], outfile, packages: 'external', tsconfig: 'tsconfig.json' },
    });
    compiled.set(program, outfile);
  }
  return outfile;
}

/**
 * Runs a program of this repository with node and waits for its end. A program in TypeScript is compiled first, unless the
 * flags have Node load tsx.
 */
export function run(program: string, env: NodeJS.ProcessEnv = {}, flags: string[] = [], args: string[] = []): Run {
  const start = program.endsWith('.ts') && !flags.includes('tsx') ? compiledProgram(program) : program;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...flags, start, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    timeout: 300_000,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}
