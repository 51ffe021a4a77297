import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

/** The entry points, by their names under `dist`. */
const input = {
  index: 'src/index.ts',
  decorators: 'decorators/index.ts',
  disk: 'src/disk/index.ts',
  store: 'src/store/index.ts',
  testing: 'src/testing/index.ts',
};

/** What `memokit/disk` imports, and nothing else does. */
const external = [/^node:/, 'lmdb'];

/** The output of the code: one module per source file, so that bundlers can leave out the files that they do not need. */
const modules = (format, ext) => ({
  dir: 'dist',
  format,
  entryFileNames: `[name]${ext}`,
  preserveModules: true,
  preserveModulesRoot: 'src',
  sourcemap: true,
});

/**
 * The output of the declarations. `index.d.ts` contains all types that `src/index.ts` imports, and other entry points
 * import the types from there, or those of stores from `store.d.ts`, because TypeScript before 5.4 cannot name a type in a chunk with another name. Therefore
 * `src/index.ts` must not import another entry point. Members marked `@internal` are left out, and so are the types that
 * only they use.
 */
const declarations = (ext) => ({
  dir: 'dist',
  format: 'es',
  entryFileNames: `[name].d${ext}`,
  manualChunks: { index: ['src/index.ts'], store: ['src/store/index.ts'] },
});

export default [
  {
    input,
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
