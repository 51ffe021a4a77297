import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { transformFileSync } from '@swc/core';

/** Compiles each file of `src` as `nest build --builder swc` does, with the settings of `.swcrc`. */
mkdirSync('dist', { recursive: true });
for (const file of readdirSync('src'))
  writeFileSync(`dist/${file.replace(/ts$/, 'js')}`, transformFileSync(`src/${file}`).code);
