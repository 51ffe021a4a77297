import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** The projects in which memokit is tried. `npm run test:hosts` runs them; these tests hold what they are made of. */
interface Manifest {
  name: string;
  private?: boolean;
  description?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  memokit?: { quick?: boolean; needs?: string[]; minutes?: number };
}

const hosts = readdirSync('hosts', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const read = (name: string, file: string) => readFileSync(join('hosts', name, file), 'utf8');
const manifestOf = (name: string) => JSON.parse(read(name, 'package.json')) as Manifest;
const pinsOf = ({ dependencies, devDependencies }: Manifest) =>
  Object.entries({ ...dependencies, ...devDependencies }).map(([name, pin]) => ({
    name,
    version: pin.replace(/^npm:.+@/, ''),
  }));

/** The cells of a row of docs/hosts.md, by the name of its host. */
const rows = new Map(
  [...readFileSync('docs/hosts.md', 'utf8').matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, name, cells]) => [
    name!,
    cells!.split('|').map((cell) => cell.trim()),
  ]),
);

test('every host has a row in docs/hosts.md, and every row a host', () => {
  expect(hosts.length).toBeGreaterThan(0);
  expect([...rows.keys()].sort()).toEqual(hosts);
});

test('the versions that docs/hosts.md says a host was tried with are those that it installs', () => {
  const wrong = [...rows].flatMap(([name, cells]) => {
    const installed = pinsOf(manifestOf(name)).map(({ version }) => version);
    const told = cells.flatMap((cell) => cell.match(/\b\d+\.\d+\.\d+\b/g) ?? []);
    return told.filter((version) => !installed.includes(version)).map((version) => `${name}: ${version}`);
  });
  expect(wrong).toEqual([]);
});

test('every host is a private project with exact versions, a test, and nothing but keys that the runner knows', () => {
  for (const name of hosts) {
    const manifest = manifestOf(name);
    expect([name, manifest.name, manifest.private]).toEqual([name, `memokit-host-${name}`, true]);
    expect([name, typeof manifest.description, typeof manifest.scripts?.test]).toEqual([name, 'string', 'string']);
    const pins = pinsOf(manifest);
    expect([name, pins.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))]).toEqual([name, []]);
    expect([name, pins.some((pin) => pin.name === 'memokit')]).toEqual([name, false]);
    const unknown = Object.keys(manifest.memokit ?? {}).filter((key) => !['quick', 'needs', 'minutes'].includes(key));
    expect([name, unknown]).toEqual([name, []]);
  }
});

test('every host has a lock of its own, which names no registry', () => {
  for (const name of hosts) {
    expect([name, existsSync(join('hosts', name, 'package-lock.json'))]).toEqual([name, true]);
    expect([name, read(name, 'package-lock.json').match(/"resolved"/g)]).toEqual([name, null]);
  }
});
