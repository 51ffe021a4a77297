/**
 * Programs that run on the package as it is built in `dist`. They are written in TypeScript and import `memokit`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const BUILT = resolve('dist/index.js');

/** Builds the package if `dist` is missing, or older than a source file. */
export function buildIfNeeded() {
  const built = existsSync(BUILT) ? statSync(BUILT).mtimeMs : 0;
  const sources = ['src', 'decorators'].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs),
  );
  if (sources.every((changed) => changed <= built)) return;
  const { status } = spawnSync('npm', ['run', '-s', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('the build failed');
}

/**
 * Compiles a program, calls a function with the path of the result, and removes the result when the function's promise
 * has settled.
 */
export async function withProgram(source, use) {
  const folder = mkdtempSync(join(tmpdir(), 'memokit-program-'));
  try {
    const outfile = join(folder, 'program.mjs');
    const memokit = {
      name: 'memokit',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^memokit$/ }, () => ({ path: pathToFileURL(BUILT).href, external: true })),
    };
    await build({
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      tsconfigRaw: {},
      plugins: [memokit],
    });
    return await use(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
