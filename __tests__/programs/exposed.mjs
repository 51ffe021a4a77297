/**
 * Exposes itself in the directory of its argument and works its caches, which two copies of memokit make. It prints its id.
 * At each line of its input it stops to work, and prints the stats of its caches. It ends when its input does.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { cached, caches, memoize } from '../../dist/index.js';
import { expose } from '../../dist/top.js';

const { memoize: memoizeToo } = createRequire(import.meta.url)('../../dist/index.cjs');
const [directory, port] = process.argv.slice(2);
const { id } = await expose({ directory, ...(port && { port: Number(port) }) });

const square = memoize((n) => n * n, { name: 'square', capacity: 10 });
const price = memoizeToo(
  async (n) => {
    if (n % 3 === 0) throw new Error('no price');
    return n;
  },
  { name: 'price\u001b[2J', ttl: 30 },
);
class Users {
  find(n) {
    return { n };
  }
}
const context = { kind: 'method', name: 'find', static: false, private: false, addInitializer() {} };
Users.prototype.find = cached()(Users.prototype.find, context);
const users = [new Users(), new Users(), new Users()];

function work() {
  for (let n = 0; n < 30; n++) square(n % 12);
  for (let n = 0; n < 4; n++) price(n).catch(() => {});
  for (const user of users) for (const n of [1, 2, 1]) user.find(n);
}

work();
const timer = setInterval(work, 50);
console.log(id);
const lines = createInterface({ input: process.stdin });
lines.on('line', () => {
  clearInterval(timer);
  console.log(JSON.stringify(caches().map((cache) => ({ name: cache.name, stats: cache.stats() }))));
});
lines.on('close', () => clearInterval(timer));
