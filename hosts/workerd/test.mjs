/** Bundles the Worker as wrangler does, and serves it with workerd under three compatibility dates. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import workerd from 'workerd';

await build({
  entryPoints: ['worker.ts'],
  outfile: 'dist/worker.mjs',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*'],
  logLevel: 'error',
});

await Promise.all(
  ['2024-01-01', '2025-04-01', '2026-11-01'].map(async (date) => {
    const { address, stop } = await serve(date);
    try {
      await check(address, (message) => `under the compatibility date ${date}, ${message}`);
    } finally {
      stop();
    }
  }),
);
console.log(
  `workerd ${workerd.version}, compatibility dates 2024-01-01, 2025-04-01 and 2026-11-01: ok, hits, shared loads, old and kept values, refreshes, waitUntil, and keys outlive the requests that began their loads`,
);

/** Starts workerd, and resolves when it listens. */
function serve(date) {
  const config = `dist/${date}.capnp`;
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "${date}",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const child = spawn(workerd.default ?? workerd, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error(`under the compatibility date ${date}, workerd has ended:\n${log}`)));
    child.stdio[3].setEncoding('utf8').on('data', (line) => {
      const { port } = JSON.parse(line);
      resolve({ address: `http://127.0.0.1:${port}`, stop: () => child.removeAllListeners('exit').kill() });
    });
  });
}

async function check(address, say) {
  /** Each response has to come: a request that waits for a load that never ends is one of status 500. */
  const get = async (path) => {
    const response = await fetch(`${address}/${path}`, { signal: AbortSignal.timeout(20_000) });
    const text = await response.text();
    assert.equal(
      response.status,
      200,
      say(`/${path} is answered, and not with ${response.status} ${text.slice(0, 200)}`),
    );
    return text;
  };
  const loads = async (name) => JSON.parse(await get('loads'))[name];

  assert.equal(await get('sync'), 'true', say('a synchronous function is cached'));

  // A hit after a miss, and a load that two requests share.
  assert.deepEqual(
    await Promise.all([get('plain'), get('plain')]),
    Array(2).fill('load 1 of a'),
    say('loads are shared'),
  );
  assert.equal(await get('plain'), 'load 1 of a', say('an entry outlives its request'));

  // With `timeout`, a key whose load in the background was cancelled is loaded again, a second after the timeout.
  assert.equal(await get('stale'), 'load 1 of a');
  await sleep(150);
  await get('stale');
  await sleep(2000);
  assert.notEqual(JSON.parse(await get('explain/stale')), 'loading', say('a cancelled load is overdue'));
  const again = await get('stale');
  assert.notEqual(again, 'load 1 of a', say('a cancelled load is begun anew'));

  // With `waitUntil`, the load in the background ends.
  assert.equal(await get('kept'), 'load 1 of a');
  await sleep(150);
  assert.equal(await get('kept'), 'load 1 of a', say('an old value answers at once'));
  await sleep(1000);
  assert.equal(await loads('kept'), 2);
  assert.equal(await get('kept'), 'load 2 of a', say('a load in the background is stored'));

  // A refresh of a fresh entry, and one that ends after its request.
  assert.equal(await get('refreshedAndKept'), 'load 1 of a');
  assert.equal(await get('refreshedAndKept/refresh'), 'load 2 of a', say('a refresh runs the method'));
  assert.equal(await get('refreshedAndKept/leave-refresh'), 'too late');
  assert.equal(await get('refreshedAndKept/call'), 'hit: load 2 of a', say('a refresh lets the entry answer'));
  await sleep(1000);
  assert.equal(await get('refreshedAndKept/call'), 'hit: load 3 of a', say('waitUntil lets a refresh end'));

  // A refresh that is lost with its request, and another request that waited for it and is gone too.
  assert.equal(await get('refreshed'), 'load 1 of a');
  assert.equal(await get('refreshed/leave-refresh'), 'too late');
  assert.equal(await get('refreshed/leave-refresh'), 'too late');
  await sleep(2000);
  assert.equal(await get('refreshed/call'), 'hit: load 1 of a', say('a refresh that was lost changes nothing'));
  const anew = await get('refreshed/refresh');
  assert.notEqual(anew, 'load 1 of a', say('a refresh that was lost is begun anew'));
  assert.equal(await get('refreshed/call'), `hit: ${anew}`, say('a refresh is stored after one that was lost'));

  // A refresh that is lost and was fenced, for which another request waits.
  assert.equal(await get('refreshed/leave-refresh'), 'too late');
  assert.equal(await get('refreshed/expire'), 'true');
  const next = await get('refreshed/refresh');
  assert.notEqual(next, anew, say('a refresh waits no longer than timeout for one that was lost'));
  assert.equal(await get('refreshed/call'), `hit: ${next}`);

  // An old value that a load keeps, for its caller and in the background.
  assert.equal(await get('unchanged'), 'load 1 of a');
  assert.equal(await get('unchanged/expire'), 'true');
  assert.equal(await get('unchanged/call'), 'miss: load 1 of a', say('a load keeps the old value'));
  assert.equal(await get('unchanged/call'), 'hit: load 1 of a', say('a kept value lives on'));
  assert.equal(await get('unchangedBehind'), 'load 1 of a');
  assert.equal(await get('unchangedBehind/expire'), 'true');
  assert.equal(await get('unchangedBehind/call'), 'stale: load 1 of a', say('an expired value answers at once'));
  await sleep(1000);
  assert.equal(await get('unchangedBehind/call'), 'hit: load 1 of a', say('a load in the background keeps the value'));
  assert.deepEqual([await loads('unchanged'), await loads('unchangedBehind')], [2, 2]);

  // A response that does not wait for its load.
  assert.equal(await get('raced/race'), 'too late');
  await sleep(2000);
  assert.equal(await get('raced'), 'load 2 of a', say('a load that its request has left is begun anew'));
  for (const name of ['racedAndKept', 'default']) {
    assert.equal(await get(`${name}/race`), 'too late');
    await sleep(1000);
    assert.equal(await get(name), 'load 1 of a', say(`${name}: waitUntil lets a load end`));
    assert.equal(await loads(name), 1);
  }
}
