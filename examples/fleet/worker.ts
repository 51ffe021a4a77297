import { Redis } from 'ioredis';
import { cacheOf, memoize } from 'memokit';
import { redisStore } from 'memokit/redis';
import type { Answer, Question } from './process.js';

/**
 * One process of a fleet: it reads prices of a database through a cache that it shares with the others. The database is
 * its parent, which also tells it by messages what to do. Its argument is the port of the server.
 */
const client = new Redis({ port: Number(process.argv[2]), retryStrategy: () => 100, maxRetriesPerRequest: null });
client.on('error', () => {});
// Whatever else runs on this machine may take time that the server has not taken.
const store = redisStore(client, { prefix: 'prices', opTimeout: '2s' });

const prices = memoize((id: string): Promise<number> => askParent<number>('query', id), {
  store,
  name: 'prices',
  ttl: '10m',
});
const cache = cacheOf(prices)!;

const tasks = {
  read: (id: string) => prices(id),
  /** Reads with so many callers at once. */
  async crowd(id: string, callers: number) {
    const values = await Promise.all(Array.from({ length: callers }, () => prices(id)));
    return [...new Set(values)];
  },
  async forget(id: string) {
    cache.delete(id);
    return cache.delivered();
  },
  delivered: () => cache.delivered(),
  /** Reads old and new ids for some time. */
  async readFor(ms: number, name: string) {
    let [reads, errors, worst] = [0, 0, 0];
    for (const end = performance.now() + ms; performance.now() < end; reads++) {
      const start = performance.now();
      await prices(reads % 2 === 0 ? 'tea' : `${name} ${reads}`).catch(() => errors++);
      worst = Math.max(worst, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { reads, errors, worst };
  },
  /** Whether the server is used, and what others invalidate is heard. */
  isShared: async () => store.state.status === 'working' && !store.state.isBlind,
};

let questions = 0;
const waiting = new Map<number, (value: unknown) => void>();

function askParent<T>(name: string, ...args: unknown[]): Promise<T> {
  const question: Question = { id: ++questions, name, args };
  process.send!({ question });
  return new Promise((resolve) => waiting.set(question.id, resolve as (value: unknown) => void));
}

process.on('message', async ({ question, answer }: { question?: Question; answer?: Answer }) => {
  if (answer) {
    waiting.get(answer.id)?.(answer.value);
    waiting.delete(answer.id);
  }
  if (question) {
    const task = tasks[question.name as keyof typeof tasks] as (...args: unknown[]) => unknown;
    process.send!({ answer: { id: question.id, value: await task(...question.args) } });
  }
});
process.on('disconnect', () => process.exit());
process.send!({ answer: { id: 0, value: 'started' } });
