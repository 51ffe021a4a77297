/** Opens each project in headless Chromium, as the dev server of Vite serves it and as it is built. */
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { build, createServer, preview, version } from 'vite';

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

try {
  for (const root of ['standard', 'legacy']) {
    for (const serve of [dev, built]) assert.deepEqual(await open(root, serve), [], `${root}, ${serve.name}`);
  }
  // Known not to work: standard decorators without a plugin. The build succeeds, and the browser refuses the @.
  const [error] = await open('plain', built);
  assert.match(String(error), /SyntaxError|Invalid or unexpected token/);
  console.log(
    `Vite ${version} and Chromium ${browser.version()}: ok, hits, ttl, stale, @evicts and @puts in both dialects, dev server and build`,
  );
} finally {
  await browser.close();
}

/** Returns the errors of a page. */
async function open(root, serve) {
  const server = await serve({ root, logLevel: 'error' });
  const page = await browser.newPage();
  try {
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const ended = page.waitForFunction(() => globalThis.result !== undefined, undefined, { timeout: 60_000 });
    const failed = new Promise((resolve) => page.on('pageerror', resolve));
    await page.goto(server.resolvedUrls.local[0]);
    await Promise.race([ended, failed]);
    await page.evaluate(() => globalThis.result).catch((error) => errors.push(error.message));
    return errors;
  } finally {
    await page.close();
    await server.close();
  }
}

async function dev(config) {
  const server = await createServer({ ...config, server: { host: '127.0.0.1', port: 0, strictPort: false } });
  return server.listen();
}

async function built(config) {
  await build({ ...config, build: { emptyOutDir: true } });
  return preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
}
