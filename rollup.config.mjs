import { relative, sep } from 'node:path';
import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

/** The entry points, by their names under `dist`. */
const input = {
  index: 'src/index.ts',
  channels: 'src/channels/index.ts',
  decorators: 'decorators/index.ts',
  disk: 'src/disk/index.ts',
  otel: 'src/otel/index.ts',
  prometheus: 'src/prometheus/index.ts',
  redis: 'src/redis/index.ts',
  request: 'src/request/index.ts',
  store: 'src/adapters/index.ts',
  testing: 'src/testing/index.ts',
  top: 'src/top/index.ts',
};

/** The program `memokit`, which nothing imports. */
const PROGRAM = 'command/main';

/** What only the entry points import that are made for it: `memokit/disk`, `memokit/otel`, and parts of Node. */
const external = [/^node:/, 'lmdb', '@opentelemetry/api'];

/** The output of the code: one module per source file, so that bundlers can leave out the files that they do not need. */
const modules = (format, ext) => ({
  dir: 'dist',
  format,
  entryFileNames: `[name]${ext}`,
  preserveModules: true,
  preserveModulesRoot: 'src',
  sourcemap: true,
  banner: ({ name }) => (name === PROGRAM ? '#!/usr/bin/env node' : ''),
});

/** The rooms whose types are in `store.d.ts`, and those whose types are in the entry points of their own names. */
const STORE = ['adapters', 'codec', 'store', 'tier'];
const OTHERS = ['channels', 'disk', 'otel', 'prometheus', 'redis', 'request', 'testing', 'top'];

/**
 * The file with the types of a module: all types of `src` are in `index.d.ts` or `store.d.ts`, and the other entry points
 * import them from there, because TypeScript before 5.4 cannot name a type in a chunk with another name.
 */
function chunkOf(module) {
  const [room] = relative('src', module).split(sep);
  if (STORE.includes(room)) return 'store';
  return room === '..' || OTHERS.includes(room) ? undefined : 'index';
}

/**
 * The output of the declarations. `src/index.ts` must not import another entry point. Members marked `@internal` are left
 * out, and so are the types that only they use.
 */
const declarations = (ext) => ({
  dir: 'dist',
  format: 'es',
  entryFileNames: `[name].d${ext}`,
  manualChunks: chunkOf,
});

export default [
  {
    input: { ...input, [PROGRAM]: 'src/command/main.ts' },
    external,
    output: [modules('es', '.js'), modules('cjs', '.cjs')],
    plugins: [esbuild({ target: 'es2022', tsconfig: false })],
  },
  {
    input,
    external,
    output: [declarations('.ts'), declarations('.cts')],
    plugins: [dts({ compilerOptions: { stripInternal: true } })],
  },
];
