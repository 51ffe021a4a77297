/**
 * The ES module and the CommonJS one are two copies of memokit. A process loads both when one of its packages imports
 * memokit and another requires it. What is one for the process must be one for both copies.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as imported from 'memokit';

const require = createRequire(import.meta.url);
const required = require('memokit');
const { isolate } = require('memokit/testing');
assert.notEqual(imported.memoize, required.memoize, 'these are two copies');

const user = imported.memoize((id) => ({ id }), { name: 'imported user', tags: (_user, id) => [`user:${id}`] });
const team = required.memoize((id) => ({ id }), { name: 'required team', tags: () => ['user:1'] });

// Tags.
let [first, other, members] = [user(1), user(2), team(1)];
assert.equal(user(1), first, 'a hit in the imported copy');
assert.equal(team(1), members, 'a hit in the required copy');
assert.equal(required.invalidateTags('user:1'), 2, 'invalidateTags of one copy evicts in both');
assert.notEqual(user(1), first);
assert.notEqual(team(1), members);
assert.equal(user(2), other, 'another tag is left alone');
[first, members] = [user(1), team(1)];
assert.equal(imported.invalidateTags('user:1'), 2);
assert.notEqual(user(1), first);
assert.notEqual(team(1), members);

// A load in flight is fenced across copies.
let finish;
const slow = imported.memoize(() => new Promise((resolve) => (finish = resolve)), { tags: () => ['slow'] });
const call = slow();
required.invalidateTags('slow');
finish('old');
assert.equal(await call, 'old');
slow().catch(() => {});
finish('new');
assert.equal(await slow(), 'new', 'a load that began before the invalidation is not stored');

// Definitions.
for (const { caches } of [imported, required]) {
  const names = caches().map(({ name }) => name);
  assert(names.includes('imported user') && names.includes('required team'), `caches() lists both, not ${names}`);
}
for (const clear of [imported.clearAll, required.clearAll, () => isolate(() => {})]) {
  [first, members] = [user(1), team(1)];
  clear();
  assert.notEqual(user(1), first, 'clearAll of one copy clears both');
  assert.notEqual(team(1), members);
}

// cacheOf and the decorators of one copy find what the other has cached.
user(7);
assert(required.cacheOf(user).has(7), 'cacheOf of one copy knows a function of the other');
assert(required.cacheOf(user).delete(7));
assert(!imported.cacheOf(user).has(7));

class Rates {
  get(currency) {
    return { currency };
  }
  set() {}
}
for (const [name, decorator] of [
  ['get', imported.cached()],
  ['set', required.evicts('get', (currency) => [currency])],
]) {
  const descriptor = Object.getOwnPropertyDescriptor(Rates.prototype, name);
  Object.defineProperty(Rates.prototype, name, decorator(Rates.prototype, name, descriptor) ?? descriptor);
}
const rates = new Rates();
const euro = rates.get('EUR');
assert.equal(rates.get('EUR'), euro);
rates.set('EUR');
assert.notEqual(rates.get('EUR'), euro, '@evicts of one copy evicts what @cached of the other has stored');

// Errors: each copy has its own classes, so a program that may meet both compares the code.
for (const { memoize } of [imported, required]) {
  assert.throws(() => memoize(() => 1, { capacity: 0 }), { name: 'OptionError', code: 'MEMOKIT_BAD_OPTION' });
}

const { version } = JSON.parse(readFileSync(require.resolve('memokit/package.json')));
console.log(
  `ESM and CommonJS of memokit ${version} on Node ${process.versions.node}: ok, tags, clearAll, caches(), cacheOf and @evicts reach the other copy`,
);
