import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { transformFileSync, transformSync } from '@swc/core';

/** Compiles each file of `src` as `nest build --builder swc` does, with the settings of `.swcrc`. */
mkdirSync('dist', { recursive: true });
for (const file of readdirSync('src'))
  writeFileSync(`dist/${file.replace(/ts$/, 'js')}`, transformFileSync(`src/${file}`).code);

/** swc moves decorators of the legacy dialect out of the class, where its `#private` names mean nothing. */
const jsc = { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' };
const { code } = transformSync('class A { #a = 1; @d(function () { return this.#a; }) m() {} }', {
  swcrc: false,
  isModule: false,
  jsc: { ...jsc, transform: { legacyDecorator: true } },
});
assert.throws(() => new Function(code), /#a/, 'swc compiles this now: change the row of this host in docs/hosts.md');
