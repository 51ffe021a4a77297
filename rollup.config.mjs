import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

/** The entry points, by the name that each has under `dist`. */
const input = { index: 'src/index.ts', decorators: 'decorators/index.ts', testing: 'src/testing/index.ts' };

/** One module per source file, so that a bundler leaves out the files it does not need. */
const modules = (format, ext) => ({
  dir: 'dist',
  format,
  entryFileNames: `[name]${ext}`,
  preserveModules: true,
  preserveModulesRoot: 'src',
  sourcemap: true,
});

/**
 * All that the roof imports is declared in its file, and other entry points import it from there: TypeScript before 5.4
 * cannot name a type that is in a chunk of another name. So the roof imports no other entry point. What is marked
 * `@internal` is left out, with all types that nothing else needs.
 */
const declarations = (ext) => ({
  dir: 'dist',
  format: 'es',
  entryFileNames: `[name].d${ext}`,
  manualChunks: { index: ['src/index.ts'] },
});

export default [
  {
    input,
    output: [modules('es', '.js'), modules('cjs', '.cjs')],
    plugins: [esbuild({ target: 'es2022', tsconfig: false })],
  },
  {
    input,
    output: [declarations('.ts'), declarations('.cts')],
    plugins: [dts({ compilerOptions: { stripInternal: true } })],
  },
];
