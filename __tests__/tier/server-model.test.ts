import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { CLOCK, FILL, INVALIDATE, LEASE, READ, RELEASE, RENEW } from '../../src/redis/scripts.js';
import { ServerModel } from '../simulate/server-model.js';
import { describeWithServer } from '../support/describe-with-server.js';
import { Random } from '../support/random.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** The model of the server that the simulated fleet has, beside a real server. */

jest.setTimeout(120_000);

type Argument = string | Buffer;
interface Side {
  run(script: { readonly text: string }, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  keys(): Promise<string[]>;
  get(key: string): Promise<string | null>;
  /** Removes a key, as an eviction does. */
  evict(key: string): Promise<unknown>;
  /** What was published. */
  readonly messages: string[];
  /** The clock that each lease was given, by token: it differs from that of the other side. */
  readonly clocks: Map<string, string>;
}

const BASE = '{model}:v1';
const CHANNEL = 'model.events';

describeWithServer('the model of the server', () => {
  let server: RedisServer;
  let client: Redis;
  let listener: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis({ port: server.port });
    listener = new Redis({ port: server.port });
    await listener.subscribe(CHANNEL);
  });
  afterAll(async () => {
    client.disconnect();
    listener.disconnect();
    await server.end();
  });

  const realSide = (): Side => {
    const messages: string[] = [];
    listener.removeAllListeners('message');
    listener.on('message', (_, message) => messages.push(message));
    return {
      messages,
      clocks: new Map(),
      run: ({ text }, keys, args) => client.callBuffer('eval', text, keys.length, ...keys, ...args),
      keys: async () => (await client.keysBuffer('*')).map((key) => key.toString('latin1')).sort(),
      get: async (key) => (await client.getBuffer(Buffer.from(key, 'latin1')))?.toString('latin1') ?? null,
      evict: (key) => client.del(key),
    };
  };

  const modelSide = (): Side => {
    const messages: string[] = [];
    // Both have the clock of this machine.
    const time = () => (performance.timeOrigin + performance.now()) * 1000;
    const model = new ServerModel(time, (_, message) => messages.push(message));
    return {
      messages,
      clocks: new Map(),
      run: async ({ text }, keys, args) => model.call('eval', text, keys.length, ...keys, ...args),
      keys: async () => model.keys(),
      get: async (key) => model.get(key) ?? null,
      async evict(key) {
        const had = model.get(key) !== undefined;
        model.delete(key);
        return had ? 1 : 0;
      },
    };
  };

  test('for random commands the model of the simulated fleet answers, publishes and keeps what a real server does', async () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= (process.env.TEST_LONG ? 200 : 10); seed++) {
      await client.flushall();
      const sides = [realSide(), modelSide()];
      const random = new Random(seed);
      for (let count = 0; count < 60; count++) {
        const step = stepOf(random, count);
        const answers: string[] = [];
        for (const side of sides) answers.push(written(await step.take(side)));
        kinds.add(
          `${step.name} ${/^\["(\w+)"/.exec(answers[0]!)?.[1] ?? (answers[0]!.length > 30 ? 'much' : answers[0])}`,
        );
        if (step.isShort) await new Promise((resolve) => setTimeout(resolve, 45));
        expect({ seed, count, step: step.name, answer: answers[1] }).toEqual({
          seed,
          count,
          step: step.name,
          answer: answers[0],
        });
      }
      const [real, model] = sides as [Side, Side];
      await until(() => real.messages.length >= model.messages.length, 'the messages');
      expect(model.messages.map(written)).toEqual(real.messages.map(written));
      expect(await model.keys()).toEqual(await real.keys());
      for (const key of await real.keys()) {
        expect([key, written(await model.get(key))]).toEqual([key, written(await real.get(key))]);
      }
    }
    // Each answer that a script can give was compared.
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        'fill 0',
        'fill 1',
        'lease found',
        'lease held',
        'lease taken',
        'release 0',
        'release 1',
        'renew 0',
        'renew 1',
      ]),
    );
  });

  test('a script is known by its hash once it was sent whole, until the server starts again', () => {
    const model = new ServerModel(
      () => 1,
      () => {},
    );
    const sha = createHash('sha1').update(CLOCK.text).digest('hex');
    const run = (command: string, text: string) => model.call(command, text, 2, BASE, `${BASE}.clock`, '1000');
    expect(() => run('evalsha', sha)).toThrow('NOSCRIPT');
    run('eval', CLOCK.text);
    run('evalsha', sha);
    model.clear(true);
    expect(() => run('evalsha', sha)).toThrow('NOSCRIPT');
  });
});

interface Step {
  readonly name: string;
  /** Whether what it sets ends before the next step. */
  readonly isShort: boolean;
  take(side: Side): Promise<unknown>;
}

/** A random step: one script with arguments that it may get, also with tokens and clocks of others. */
function stepOf(random: Random, count: number): Step {
  const key = random.pick(['a', 'b', 'ü']);
  const [entry, lease] = [`${BASE}:rows@:${key}`, `${BASE}.lease:rows@:${key}`];
  const token = tokenOf(random.pick([random.below(count + 1), Math.max(0, count - 1 - random.below(4))]));
  const ms = random.pick(['20', ...Array(9).fill('100000')]);
  const longest = '1000000';
  const marks = random.pick([['namespace:rows@'], ['namespace:rows@', 'tag:x'], ['namespace:rows@', 'tag:x', 'tag:y']]);
  const names = marks.map((mark) => `${BASE}.${mark}`);
  const name = random.pick(names);
  const rest = Buffer.from(
    `${marks.join('\t')}\n["rows@","${key}"]\n\0\xff${random.pick(['', 'value', 'line\nline'])}`,
    'latin1',
  );
  const mode = random.pick(['remove', 'remove', 'expire']);
  const seen = random.pick(['-', '*', token]);
  const evicted = random.pick([`${BASE}.clock`, ...Array(7).fill(name)]);
  // More than the clock has room for.
  const many = Array.from({ length: 12 }, (_, index) => `${BASE}.tag:${index}${'z'.repeat(80)}`);
  const ended = random.pick([[name], [name], [name, ...many], [...many, name]]);
  const steps: Omit<Step, 'isShort'>[] = [
    { name: 'read', take: (side) => side.run(READ, [BASE, entry, `${BASE}:rows@:b`, ...names], []) },
    {
      name: 'lease',
      async take(side) {
        const own = tokenOf(count);
        const answer = await side.run(LEASE, [BASE, entry, lease, `${BASE}.clock`], [own, ms, seen, longest]);
        const [kind, clock, holder] = answer as [unknown, unknown, unknown];
        if (`${kind}` === 'taken') side.clocks.set(own, `${clock}`);
        // The milliseconds that are left differ by what lies between.
        return `${kind}` === 'held' ? [kind, holder] : answer;
      },
    },
    {
      name: 'fill',
      take(side) {
        const clock = side.clocks.get(token) ?? '1';
        return side.run(
          FILL,
          [BASE, entry, lease, `${BASE}.clock`, ...names],
          [token, clock, ms, ms, rest, CHANNEL, `filled:${key}`],
        );
      },
    },
    { name: 'renew', take: (side) => side.run(RENEW, [BASE, lease], [token, ms]) },
    { name: 'release', take: (side) => side.run(RELEASE, [BASE, lease], [token, CHANNEL, `filled:${key}`]) },
    {
      name: 'invalidate key',
      take: (side) =>
        side.run(INVALIDATE, [BASE, `${BASE}.clock`, entry, lease], [mode, CHANNEL, `me:${mode}:["ü"]`, '1', longest]),
    },
    {
      name: 'invalidate mark',
      take: (side) =>
        side.run(INVALIDATE, [BASE, `${BASE}.clock`, ...ended], [mode, CHANNEL, `me:${mode}`, '0', longest]),
    },
    { name: 'clock', take: (side) => side.run(CLOCK, [BASE, `${BASE}.clock`], [longest]) },
    { name: 'evict', take: (side) => side.evict(evicted) },
  ];
  // Mostly a load as it goes: under a lease that there is.
  const index = random.pick([0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 8]);
  return { ...steps[index]!, isShort: ms === '20' };
}

/** The token of a lease, which may carry a trace. */
function tokenOf(count: number): string {
  return `token${count}${count % 2 === 0 ? '' : '.00-trace'}`;
}

/** A reply as a text in which times are alike. */
function written(reply: unknown): string {
  const text = JSON.stringify(reply, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  );
  return text.replace(/(?<!\d)1\d{15}(?!\d)/g, 'CLOCK').replace(/\b1\d{12}\b/g, 'TIME');
}
