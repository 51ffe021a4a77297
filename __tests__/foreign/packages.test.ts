/**
 * Source: the tests that two packages ship, run as they are from `packages/node_modules`: es-map, `test/tests.js`
 * (github.com/es-shims/es-map), and es6-map, `test/polyfill.js` (github.com/medikoo/es6-map). Both are given a Map to test,
 * and get LruCache with room for everything. docs/foreign.md lists the differences by choice.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { LruCache } from 'memokit';

const PACKAGES = join(__dirname, 'packages', 'node_modules');

/** LruCache, but constructed from entries as these suites construct a Map. */
const MapLike = new Proxy(LruCache, {
  construct(_target, [entries]: [Iterable<[unknown, unknown]> | undefined]) {
    const map = new LruCache<unknown, unknown>({ capacity: Infinity });
    for (const entry of entries ?? []) {
      if (Object(entry) !== entry) throw new TypeError('an entry is an object');
      map.set(entry[0], entry[1]);
    }
    return map;
  },
});

/** The assertions that fail, each with the difference by choice, or the fault, that is the reason. */
const DIFFERENCES: Record<string, string[]> = {
  'es-map': [
    // The constructor is a stand-in, so it is not the `constructor` of the caches that it makes.
    'should not have an own constructor: no message',
    'has the right default iteration function: Map.prototype[Symbol.iterator] is Map.prototype.entries',
    // An entry that is added while a loop runs is not visited.
    '#forEach, visits keys added in the iterator: has visited d after adding it',
    '#forEach, visits keys added in the iterator when there is a deletion: has seen "4"',
    // Writing an entry moves it to the end.
    '#forEach, should convert key -0 to +0: visits the entries in the correct order',
    // A fault, as `map.test.ts` says: the length is 2.
    '#forEach: Map.prototype.forEach has length of 0',
    'map iteration: the iterator visited the correct keys',
  ],
  // Reading or writing an entry moves it to the end, and this suite reads before it iterates.
  'es6-map': [
    'ForEach: Arguments:  #0: is different',
    'ForEach: Arguments:  #1: is different',
    'ForEach: Arguments:  #2: is different',
    'Entries: is different',
    'Keys: is different',
    'Values: is different',
    'Iterator: is different',
  ],
};

/** The tests of a suite with the assertions that failed, in the order in which they ended. */
type Findings = { title: string; failures: string[] }[];

test.each([
  ['es-map', 'test/tests.js', runTape],
  ['es6-map', 'test/polyfill.js', runTad],
] as const)('the tests that %s ships pass, except for the differences that are listed', (name, file, run) => {
  // CI must not pass without these suites.
  if (!existsSync(PACKAGES)) {
    const missing = 'NOT TESTED: the suites of other packages, which `npm run foreign` installs';
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
    return;
  }
  // Required by its path, because es-map exports no tests.
  const suite = createRequire(__filename)(join(PACKAGES, name, file));
  const findings = run(suite);
  expect(findings.length).toBeGreaterThan(name === 'es-map' ? 30 : 20);
  const different = findings.filter(({ failures }) => failures.length > 0);
  expect(different.map(({ title, failures }) => `${title}: ${failures.join('; ')}`)).toEqual(DIFFERENCES[name]);
});

/** Runs a suite that is written for tape: a test is a function that is given an object with assertions. */
function runTape(suite: (map: unknown, tape: unknown) => void): Findings {
  const findings: Findings = [];
  const tapeOf = (outer: string) => {
    const failures: string[] = [];
    const check = (assert: () => void, message: unknown) => {
      try {
        assert();
      } catch {
        failures.push(String(message ?? 'no message'));
      }
    };
    const tape = {
      equal: (a: unknown, b: unknown, message?: string) => check(() => expect(Object.is(a, b)).toBe(true), message),
      notEqual: (a: unknown, b: unknown, message?: string) => check(() => expect(Object.is(a, b)).toBe(false), message),
      deepEqual: (a: unknown, b: unknown, message?: string) => check(() => expect(a).toEqual(b), message),
      ok: (a: unknown, message?: string) => check(() => expect(a).toBeTruthy(), message),
      notOk: (a: unknown, message?: string) => check(() => expect(a).toBeFalsy(), message),
      doesNotThrow: (run: () => void, message?: string) => check(run, message),
      throws: (run: () => void, type?: unknown, message?: string) =>
        check(() => expect(run).toThrow(...(typeof type === 'function' ? [type as never] : [])), message ?? type),
      end: () => {},
      test: (title: string, ...rest: unknown[]) => {
        const [body, options] = [rest.at(-1) as (tape: unknown) => void, rest.length > 1 ? rest[0] : {}];
        if ((options as { skip?: boolean }).skip) return;
        const inner = tapeOf(outer === '' ? title : `${outer}, ${title}`);
        try {
          body(inner.tape);
        } catch (error) {
          inner.failures.push(`throws ${error}`);
        }
        findings.push({ title: inner.title, failures: inner.failures });
      },
    };
    return { title: outer, tape, failures };
  };
  suite(MapLike, tapeOf('').tape);
  return findings;
}

/** Runs a suite that is written for tad: one function that is given an assertion, which has others as properties. */
function runTad(suite: (map: unknown, assert: unknown) => void): Findings {
  const findings: Findings = [];
  const note = (isRight: boolean, title = 'no message') =>
    findings.push({ title, failures: isRight ? [] : ['is different'] });
  const assert = (a: unknown, b: unknown, title?: string) => note(Object.is(a, b), title);
  const deep = (a: unknown, b: unknown, title?: string) => note(isEqual(a, b), title);
  suite(MapLike, Object.assign(assert, { deep, h1: () => {} }));
  return findings;
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}
