/** Fills a directory with Node 20, and reads it with Node 24, Bun and Deno. Each adds an entry, which Node 20 reads at last. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'memokit-host-disk-'));
const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
const node = (version) => [join('node_modules', `node-${version}`, 'bin', 'node')];
const RUNTIMES = {
  'Node 24': node(24),
  Bun: ['bun'],
  Deno: ['deno', 'run', '--allow-all', '--node-modules-dir=manual'],
};

function run([command, ...args], ...more) {
  const { status, stdout, stderr } = spawnSync(command, [...args, ...more], { encoding: 'utf8', env });
  if (status === 0) return stdout.trim();
  console.error(`${command} ${[...args, ...more].join(' ')}\n${stdout}${stderr}`);
  process.exit(1);
}

try {
  run(node(20), 'write.mjs', directory);
  for (const [runtime, command] of Object.entries(RUNTIMES))
    assert.equal(run(command, 'read.mjs', directory, runtime), runtime);
  assert.equal(run(node(20), 'read.mjs', directory, 'Node 20'), 'Node 20');
  const listed = JSON.parse(run(node(20), 'node_modules/memokit/dist/command/main.js', 'store', directory, '--json'));
  assert.deepEqual(
    listed.namespaces.map(({ namespace, entries }) => [namespace, entries]),
    [
      ['readers@1', 4],
      ['values@1', 12],
    ],
  );
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`a store on disk: ok, filled by Node 20, read and filled by ${Object.keys(RUNTIMES).join(', ')}`);
