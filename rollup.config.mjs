import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
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
});

/** The rooms whose types are in `store.d.ts`, in `channels.d.ts`, and in the entry points of their own names. */
const STORE = ['adapters', 'codec', 'store', 'tier'];
const CHANNELS = ['channels', 'observe'];
const OTHERS = ['disk', 'otel', 'prometheus', 'redis', 'request', 'testing', 'top'];

/**
 * The file with the types of a module: most types of `src` are in `index.d.ts` or `store.d.ts`, and the other entry points
 * import them from there, because TypeScript before 5.4 cannot name a type in a chunk with another name.
 */
function chunkOf(module) {
  const [room] = relative('src', module).split(sep);
  if (STORE.includes(room)) return 'store';
  if (CHANNELS.includes(room)) return 'channels';
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

const compile = esbuild({ target: 'es2022', tsconfig: false });

/**
 * Writes the licenses of the packages that are part of a bundle into a file beside it. A package without a license is an
 * error.
 */
const licenses = (fileName) => ({
  name: 'licenses',
  generateBundle(_, bundle) {
    const files = Object.values(bundle).flatMap(({ modules = {} }) => Object.keys(modules));
    const folders = new Set(files.map((file) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]));
    const texts = [...folders].filter(Boolean).map(licenseOf).sort();
    const heading = 'The program memokit contains these packages, each under its own license.\n';
    this.emitFile({ type: 'asset', fileName, source: [heading, ...texts].join(`\n${'-'.repeat(80)}\n\n`) });
  },
});

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!license || !file) throw new Error(`${folder} has no license`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

export default [
  {
    // The program `memokit` imports the parts of the store on disk from `dist`.
    input: { ...input, 'command/disk': 'src/command/disk.ts' },
    external,
    output: [modules('es', '.js'), modules('cjs', '.cjs')],
    plugins: [compile],
  },
  {
    // The program `memokit`, which nothing imports. The packages that it draws with are a part of it.
    input: { main: 'src/command/main.ts' },
    external: [...external, './disk.js'],
    makeAbsoluteExternalsRelative: false,
    output: {
      dir: 'dist/command',
      format: 'es',
      chunkFileNames: '[name].js',
      banner: ({ name }) => (name === 'main' ? '#!/usr/bin/env node' : ''),
    },
    plugins: [
      compile,
      resolve({ exportConditions: ['node'], preferBuiltins: true }),
      // A package for colors, which the table asks for only where it is given colors.
      commonjs({ ignore: ['@colors/colors/safe'] }),
      licenses('THIRD-PARTY.txt'),
    ],
  },
  {
    input,
    external,
    output: [declarations('.ts'), declarations('.cts')],
    plugins: [dts({ compilerOptions: { stripInternal: true } })],
  },
];
