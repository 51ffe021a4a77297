import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The package as it is published: packed, unpacked into an empty project and used from there. */
let project: string;
let tarball: string;

const bin = (name: string) => join(process.cwd(), 'node_modules', name);
const node = (args: string[], cwd = process.cwd()) => {
  try {
    return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')}\n${stdout}${stderr}`);
  }
};

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'memokit-package-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { stdio: 'ignore' });
  tarball = join(project, readdirSync(project).find((name) => name.endsWith('.tgz'))!);
  const unpacked = join(project, 'node_modules', 'memokit');
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
  cpSync('__tests__/consumer', project, { recursive: true });
}, 60_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

test('publint finds nothing', () => {
  expect(node([bin('publint/src/cli.js'), tarball, '--strict'])).toContain('All good!');
});

test('are-the-types-wrong finds nothing, in any kind of module resolution', () => {
  expect(node([bin('@arethetypeswrong/cli/dist/index.js'), tarball])).toContain('No problems found');
});

test('what is published is what a user needs', () => {
  const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(
    expect.arrayContaining(['package/README.md', 'package/LICENSE', 'package/CHANGELOG.md', 'package/SECURITY.md']),
  );
  const stray = names.filter(
    (name) =>
      !/^package\/((dist|docs)\/|package\.json|((bench|examples)\/)?README\.md|LICENSE|(C[A-Z]+|SECURITY)\.md)/.test(
        name,
      ),
  );
  expect(stray).toEqual([]);
});

test('a vulnerability can be reported in the repository that package.json names', () => {
  const { repository, bugs } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [, page] = /^git\+(https:.*)\.git$/.exec(repository.url)!;
  expect(bugs).toBe(`${page}/issues`);
  expect(readFileSync('SECURITY.md', 'utf8')).toContain(`<${page}/security/advisories/new>`);
});

test('no link in what is published leads out of it', () => {
  const root = join(project, 'node_modules', 'memokit');
  const documents = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const links = documents.flatMap((name) => {
    const targets = [...readFileSync(join(root, name), 'utf8').matchAll(/\]\(([^)\s#]+)/g)].map(
      ([, target]) => target!,
    );
    return targets.filter((target) => !/^https?:/.test(target)).map((target) => join(root, dirname(name), target));
  });
  expect(links.length).toBeGreaterThan(30);
  expect(links.filter((target) => !existsSync(target))).toEqual([]);
});

test('declarations are in a file for each entry point, and in no other that a user would be shown', () => {
  const declarations = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.d\.c?ts$/.test(name),
  );
  const expected = ['decorators', 'index', 'testing'].flatMap((name) => [`${name}.d.cts`, `${name}.d.ts`]);
  expect(declarations.sort()).toEqual(expected);
});

test('receivers carry their entries themselves in what is published, whatever a bundler made of that', () => {
  writeFileSync(
    join(project, 'stamps.mjs'),
    `import { cached } from 'memokit';
    class Service { get(n) { return n * n; } }
    Service.prototype.get = cached()(Service.prototype.get, { kind: 'method', name: 'get' });
    let kept = 0;
    const { set } = WeakMap.prototype;
    WeakMap.prototype.set = function (...args) { kept++; return set.apply(this, args); };
    const services = [new Service(), Object.freeze(new Service()), new Proxy(new Service(), {})];
    console.log(services.map((service) => service.get(3)).join(), Reflect.ownKeys(services[0]).length, kept);`,
  );
  expect(node(['stamps.mjs'], project)).toBe('9,9,9 0 0\n');
});

test('it is imported and required from every entry point, as one copy each', () => {
  const uses = `
    const square = memoize((n) => n * n);
    console.log(square(3), typeof cached, cached === fromSubpath, new LruCache().set('a', 1).get('a'));
    isolate(() => square(4));
    console.log(cacheOf(square).size);`;
  writeFileSync(
    join(project, 'use.mjs'),
    `import { cached, cacheOf, LruCache, memoize } from 'memokit';\nimport { cached as fromSubpath } from 'memokit/decorators';\nimport { isolate } from 'memokit/testing';${uses}`,
  );
  writeFileSync(
    join(project, 'use.cjs'),
    `const { cached, cacheOf, LruCache, memoize } = require('memokit');\nconst { cached: fromSubpath } = require('memokit/decorators');\nconst { isolate } = require('memokit/testing');${uses}`,
  );
  for (const file of ['use.mjs', 'use.cjs']) expect(node([file], project)).toBe('9 function true 1\n0\n');
});

const COMPILERS = {
  '5.0': 'typescript-5.0',
  '5.4': 'typescript-5.4',
  '5.9': 'typescript-5.9',
  '6.0': 'typescript',
  '7.0': 'typescript-7.0',
};

/** Programs that each compiler has to take, by what tells them apart. Each is in one dialect, and has its declarations written. */
const PROGRAMS = {
  'standard dialect': {
    files: ['consumer.ts', 'exported.ts'],
    compilerOptions: { lib: ['ES2022', 'DOM'], module: 'NodeNext', moduleResolution: 'NodeNext' },
  },
  'legacy dialect': {
    files: ['consumer.ts', 'exported.ts'],
    compilerOptions: {
      lib: ['ESNext', 'DOM'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      experimentalDecorators: true,
    },
  },
  'types of the language only': {
    files: ['platformless.ts'],
    compilerOptions: { lib: ['ES2022'], module: 'NodeNext', moduleResolution: 'NodeNext' },
  },
};

for (const [version, compiler] of Object.entries(COMPILERS)) {
  for (const [program, { files, compilerOptions }] of Object.entries(PROGRAMS)) {
    test(`the published types check under TypeScript ${version}, ${program}`, () => {
      const common = {
        target: 'ES2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        types: [],
        declaration: true,
        emitDeclarationOnly: true,
        outDir: join('declarations', version, program),
      };
      const config = join(project, `tsconfig.${version}.${program}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions: { ...common, ...compilerOptions }, files }));
      expect(node([join(bin(compiler), 'bin/tsc'), '--version'])).toContain(`Version ${version}`);
      expect(node([join(bin(compiler), 'bin/tsc'), '-p', config])).toBe('');
    }, 60_000);
  }
}

/** Mistakes, and how the compiler's message ends. */
const MISTAKES = {
  "evicts<Service>('get', (id: number) => [id])": "Type 'number' is not assignable to type 'string'.",
  "evicts<Service>('get', (table: string) => [table, table])": 'Source has 2 element(s) but target allows only 1.',
  "evicts<Service>('size', (table: string) => [table])": 'Source has 1 element(s) but target allows only 0.',
  "evicts<Service>('none', (table: string) => [table])": expect.stringContaining(`Type '"none"' is not assignable`),
  "puts<Service>('get', (id: number) => [id])": "Type 'number' is not assignable to type 'string'.",
};

for (const version of ['6.0', '7.0'] as const) {
  test(`the arguments that a mutator makes are checked with a message of what is wrong, under TypeScript ${version}`, () => {
    const service = 'interface Service { get(table: string): string; readonly size: number }';
    const lines = ["import { evicts, puts } from 'memokit';", service, ...Object.keys(MISTAKES)];
    writeFileSync(join(project, 'mistakes.ts'), lines.join('\n'));
    const compiler = join(bin(COMPILERS[version]), 'bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', 'mistakes.ts'];
    const { stdout } = spawnSync(process.execPath, [compiler, ...options], { cwd: project, encoding: 'utf8' });
    const [, ...messages] = stdout.trim().split(/^mistakes\.ts\(.*\n/m);
    expect(messages.map((text) => text.trim().split(/\n\s*/).at(-1))).toEqual(Object.values(MISTAKES));
  }, 60_000);
}
