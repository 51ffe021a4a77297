import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { surprises, WRONG_PROGRAMS } from './support/wrong-programs.js';

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
  for (const scope of ['@types', '@opentelemetry']) mkdirSync(join(project, 'node_modules', scope));
  for (const name of ['ioredis', 'ioredis-6', 'iovalkey', 'redis', 'redis-5', '@types/node', '@opentelemetry/api']) {
    symlinkSync(bin(name), join(project, 'node_modules', name));
  }
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
  const expected = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).exports)
    .filter((name) => name !== './package.json')
    .map((name) => (name === '.' ? 'index' : name.slice(2)))
    .flatMap((name) => [`${name}.d.cts`, `${name}.d.ts`]);
  expect(declarations.sort()).toEqual(expected.sort());
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

/** The programs of a consumer, which are the same in both dialects. */
const CONSUMERS = [
  'consumer.ts',
  'callbacks.ts',
  'codecs.ts',
  'exported.ts',
  'otel.ts',
  'redis.ts',
  'request.ts',
  'stores.ts',
  'top.ts',
  ...WRONG_PROGRAMS,
];

/** Programs that each compiler has to take, by what tells them apart. Each is in one dialect, and has its declarations written. */
const PROGRAMS = {
  'standard dialect': {
    files: CONSUMERS,
    compilerOptions: { lib: ['ES2022', 'DOM'], module: 'NodeNext', moduleResolution: 'NodeNext' },
  },
  'legacy dialect': {
    files: CONSUMERS,
    compilerOptions: {
      lib: ['ESNext', 'DOM'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      experimentalDecorators: true,
    },
  },
  'clients of Redis by their own types': {
    files: ['redis-clients.ts'],
    compilerOptions: {
      lib: ['ES2022', 'DOM'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      // Those of the clients themselves do not check under each compiler.
      skipLibCheck: true,
    },
  },
  'types of the language only': {
    files: ['platformless.ts'],
    compilerOptions: { lib: ['ES2022'], module: 'NodeNext', moduleResolution: 'NodeNext' },
  },
};

/** Compiles a program and the wrong programs of its dialect in one run. Returns the compiler's output, run by run. */
const outputs = new Map<string, string>();
function compile(version: keyof typeof COMPILERS, program: keyof typeof PROGRAMS): string {
  const { files, compilerOptions } = PROGRAMS[program];
  const name = `tsconfig.${version}.${program}.json`;
  const known = outputs.get(name);
  if (known !== undefined) return known;
  const common = {
    target: 'ES2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
    declaration: true,
    emitDeclarationOnly: true,
    outDir: join('declarations', version, program),
  };
  writeFileSync(join(project, name), JSON.stringify({ compilerOptions: { ...common, ...compilerOptions }, files }));
  const compiler = join(bin(COMPILERS[version]), 'bin/tsc');
  expect(node([compiler, '--version'])).toContain(`Version ${version}`);
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', name], { cwd: project, encoding: 'utf8' });
  outputs.set(name, stdout + stderr);
  return stdout + stderr;
}

/** A short run compiles with the oldest and the newest compiler, between which the others lie. */
const VERSIONS = (Object.keys(COMPILERS) as (keyof typeof COMPILERS)[]).filter(
  (version) => process.env.TEST_LONG || ['5.0', '7.0'].includes(version),
);

for (const version of VERSIONS) {
  for (const program of Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[]) {
    // The types of node-redis keep the older compilers busy for many seconds.
    const isSlow = program.startsWith('clients') && version !== '7.0';
    if (isSlow && !process.env.TEST_LONG) continue;
    test(`the published types check under TypeScript ${version}, ${program}`, () => {
      const output = compile(version, program);
      expect(output.replace(/^wrong\/.*\n(?: .*\n)*/gm, '')).toBe('');
    }, 60_000);
  }

  for (const dialect of ['standard', 'legacy'] as const) {
    test(`a wrong program is refused with a message of what is wrong, under TypeScript ${version}, ${dialect} dialect`, () => {
      expect(WRONG_PROGRAMS.length).toBeGreaterThanOrEqual(30);
      expect(surprises(compile(version, `${dialect} dialect`), version, dialect)).toEqual([]);
    }, 60_000);
  }
}
