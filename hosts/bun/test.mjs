/** Runs the programs and the tests with Bun, which compiles each folder in the dialect of its tsconfig.json. */
import { spawnSync } from 'node:child_process';

function bun(folder, ...args) {
  const { status, stdout, stderr } = spawnSync('bun', args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  console.error(`${folder}: bun ${args.join(' ')}\n${stdout}${stderr}`);
  process.exit(1);
}

bun('standard', 'run', 'main.ts');
bun('legacy', 'run', 'main.ts');
bun('standard', 'test');
console.log(`Bun ${bun('.', '--version')}: ok, hits, ttl, stale, @evicts and @puts in both dialects, bun test`);
