/**
 * The sizes: bytes of what a bundle that imports one name of memokit comes to, minified and gzipped.
 * Run as `npm run -s sizes`, after `npm run build`; `--json` prints the bytes alone.
 */
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const names = ['LruCache', 'cached', 'memoize', 'keyOf'];

async function sizeOf(name) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from './dist/index.js'`, resolveDir: '.' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const sizes = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await sizeOf(name)])));
if (values.json) console.log(JSON.stringify(sizes));
else
  for (const [name, size] of Object.entries(sizes)) console.log(`import { ${name} }: ${(size / 1000).toFixed(2)} kB`);
