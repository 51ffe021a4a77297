/** Builds the application, starts it, and makes a few requests. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { version } = JSON.parse(readFileSync('node_modules/next/package.json', 'utf8'));
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
const next = 'node_modules/next/dist/bin/next';

const built = build();
assert.equal(built.status, 0, `next build has failed:\n${built.output}`);

const { address, stop } = await start();
try {
  const page = async () => {
    const response = await fetch(address);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return /<output>([^<]*)</.exec(text)[1];
  };
  const route = async (method = 'GET', name = 'rates') => {
    const response = await fetch(`${address}/api/${name}`, { method });
    assert.equal(response.status, 200, `${method} /api/${name}`);
    return response.json();
  };

  assert.equal(await page(), 'EUR, load 1');
  assert.equal(await page(), 'EUR, load 1', 'the second request of a page is a hit');
  const { rate } = await route();
  assert.equal((await route()).rate, rate, 'the second request of a route is a hit');
  const { evicted } = await route('POST');
  assert.notEqual(await page(), 'EUR, load 1', 'invalidateTags in a route evicts what a page has stored');
  assert.equal(await page(), 'EUR, load 2');

  const stale = () => route('GET', 'stale');
  assert.equal(await stale(), 'EUR, load 1');
  await sleep(100);
  assert.equal(await stale(), 'EUR, load 1', 'an old value answers');
  await sleep(500);
  assert.equal(await stale(), 'EUR, load 2', 'an old value is reloaded after the response');

  assert((await route()).caches.includes('stale'), 'caches() of a route lists what other routes cache');
  await stop();

  // Known not to work: standard decorators, which Turbopack compiles to the proposal of 2018. The error says what to set.
  rmSync('.next', { recursive: true });
  const settings = readFileSync('tsconfig.json', 'utf8');
  writeFileSync('tsconfig.json', settings.replace(/"experimentalDecorators": true,?/, ''));
  const refused = build();
  assert.notEqual(refused.status, 0);
  assert.match(refused.output, /PlacementError.*experimentalDecorators/);

  console.log(
    `Next.js ${version}: ok, hits, stale with after(), and invalidateTags in a route, which evicts in ${evicted} copies`,
  );
} finally {
  await stop();
}

function build() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build'], { encoding: 'utf8', env });
  return { status, output: `${stdout}${stderr}` };
}

/** Starts the application, and resolves when it listens. */
function start() {
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let log = '';
  return new Promise((resolve, reject) => {
    ended.then(() => reject(new Error(`next start has ended:\n${log}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        log += text;
        const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(log) ?? [];
        if (address === undefined) return;
        const stop = () => {
          child.kill();
          return ended;
        };
        resolve({ address, stop });
      });
    }
  });
}
