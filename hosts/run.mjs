/**
 * The hosts: real projects, each of which installs memokit's tarball as a user would and asserts what its users would
 * notice first. `npm run test:hosts` runs all of them, `npm run test:hosts -- node bun` those whose names contain one of
 * these words, and `npm run test:hosts -- --quick` those that take seconds. README.md beside this file says what a host is.
 *
 * Prints one line for each host, everything that a failing host has printed, and last a line that counts the hosts. A host
 * that this machine cannot run says so, which is a failure on CI only.
 *
 * `--tarball FILE` tests another tarball in place of a fresh build, and `--keep` leaves the temporary folders.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MINUTES = 60_000;
const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '..');
const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, keep: { type: 'boolean' }, tarball: { type: 'string' } },
});

/** Every folder with a package.json is a host; nothing lists them. */
const hosts = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, 'package.json')))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((name) => ({ ...JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')), name }));
const unknown = words.filter((word) => !hosts.some((host) => isMeant(host, word)));
if (unknown.length > 0) {
  console.error(`No host is named ${unknown.join(', ')}. There are:\n${hosts.map(({ name }) => name).join('\n')}`);
  process.exit(2);
}
const chosen = hosts
  .filter((host) => words.length === 0 || words.some((word) => isMeant(host, word)))
  .filter(({ memokit }) => !options.quick || memokit?.quick);

// A host must not find what is installed here: npm puts the programs of this repository on the PATH of its scripts.
const env = { ...process.env, PATH: foreignPath(), npm_config_audit: 'false', npm_config_fund: 'false' };
delete env.NODE_OPTIONS;

const work = mkdtempSync(join(tmpdir(), 'memokit-hosts-'));
let passed = 0;
let failed = 0;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => options.keep || rmSync(work, { recursive: true, force: true, maxRetries: 5 }));

const tarball = options.tarball === undefined ? await pack() : resolve(options.tarball);
for (const host of chosen) await test(host);
if (options.keep) console.log(`\nThe projects are in ${work}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** A whole name means one host, and a part of a name all hosts that have it. */
function isMeant({ name }, word) {
  return hosts.some((host) => host.name === word) ? name === word : name.includes(word);
}

function foreignPath() {
  const own = join('node_modules', '.bin');
  return process.env.PATH.split(delimiter)
    .filter((path) => !path.endsWith(own))
    .join(delimiter);
}

/** Builds the package and packs it. */
async function pack() {
  const { status, stdout, stderr } = await npm(['pack', '--pack-destination', work], root, 5 * MINUTES);
  if (status === 0)
    return join(
      work,
      readdirSync(work).find((name) => name.endsWith('.tgz')),
    );
  console.error(`${stdout}${stderr}npm pack has failed`);
  process.exit(1);
}

async function test(host) {
  const lack = lackOf(host);
  if (lack !== undefined) {
    console.log(`${host.name}: NOT TESTED, since ${lack}`);
    if (process.env.CI) failed++;
    return;
  }
  const begun = Date.now();
  const place = join(work, host.name);
  cpSync(join(folder, host.name), place, {
    recursive: true,
    filter: (source) => !['node_modules', 'dist', '.next'].includes(basename(source)),
  });
  // The user's steps: the project as it was, then memokit, then the project's own tests.
  const limit = (host.memokit?.minutes ?? 2) * MINUTES;
  const steps = [
    [['ci', '--loglevel=error'], 10 * MINUTES],
    [['install', '--no-save', '--loglevel=error', tarball], 5 * MINUTES],
    [['test', '--silent'], limit],
  ];
  let line = '';
  let reason;
  for (const [args, time] of steps) {
    const { status, stdout, stderr } = await npm(args, place, time);
    line = stdout.trim();
    if (status === undefined) reason = `npm ${args[0]} has taken longer than ${time / MINUTES} minutes`;
    else if (status !== 0) reason = `npm ${args[0]} has failed`;
    else if (args === steps.at(-1)[0] && !/^[^\n]+: ok, [^\n]+$/.test(line))
      reason = 'npm test has passed, but has not printed one line with ": ok, " in it, and nothing else';
    if (reason !== undefined) {
      reason += `\n${indent(stdout + stderr)}`;
      break;
    }
  }
  if (reason === undefined) {
    passed++;
    console.log(`${host.name}: ${line} (${Math.round((Date.now() - begun) / 1000)} s)`);
  } else {
    failed++;
    console.log(`${host.name}: FAILED, since ${reason}`);
  }
  if (!options.keep) rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}

/** What this machine lacks to run a host: `os` and `cpu` mean what they mean to npm, and `needs` names commands. */
function lackOf({ os, cpu, memokit }) {
  const isWrong = (allowed, own) => allowed !== undefined && !allowed.includes(own);
  if (isWrong(os, process.platform) || isWrong(cpu, process.arch))
    return `it runs on ${os} and ${cpu}, and this is ${process.platform} on ${process.arch}`;
  const missing = (memokit?.needs ?? []).filter(
    (command) => !env.PATH.split(delimiter).some((path) => existsSync(join(path, command))),
  );
  if (missing.length > 0) return `there is no ${missing.join(', ')} on this machine`;
}

/** Runs npm, and ends it with every process that it has started when the time is over; `status` is undefined then. */
function npm(args, cwd, time) {
  const isWindows = process.platform === 'win32';
  return new Promise((settle) => {
    const child = spawn('npm', args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: !isWindows,
      shell: isWindows,
    });
    const outcome = { status: undefined, stdout: '', stderr: '' };
    const end = () => {
      try {
        process.kill(isWindows ? child.pid : -child.pid, 'SIGKILL');
      } catch {
        // Every process has ended already.
      }
    };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, time);
    process.on('exit', end);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        outcome[stream] += text;
      });
    }
    child.on('exit', (status) => {
      clearTimeout(timer);
      // A server that a host has left behind would keep its output open.
      end();
      process.off('exit', end);
      if (!isLate) outcome.status = status ?? 1;
    });
    child.on('close', () => settle(outcome));
  });
}

function indent(text) {
  return text.trim().replace(/^/gm, '  ');
}
