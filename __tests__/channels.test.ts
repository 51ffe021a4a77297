import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type CachedOptions, cached, cachedProxy, cacheOf, caches, expireTags, invalidateTags, memoize } from 'memokit';
import * as channels from 'memokit/channels';
import { type ChannelOptions, configureChannels, type LoadMessage } from 'memokit/channels';
import { shared } from '../src/shared-registry.js';
import { run } from './support/run.js';

const loads = tracingChannel<LoadMessage>('memokit:load');
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** What was published on `memokit:load`, in order: the event, and what the message held then. */
let published: [event: string, message: LoadMessage][] = [];
/** The messages themselves. */
let messages = new Set<LoadMessage>();
/** Ends the subscriptions of the test. */
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
  configureChannels({});
});

function record(): void {
  published = [];
  messages = new Set();
  const told = (event: string) => (message: unknown) => {
    messages.add(message as LoadMessage);
    published.push([event, { ...(message as LoadMessage) }]);
  };
  const subscribers = Object.fromEntries(EVENTS.map((event) => [event, told(event)])) as never;
  loads.subscribe(subscribers);
  ends.push(() => void loads.unsubscribe(subscribers));
}

/** Collects the messages of a channel. */
function collect(name: string): unknown[] {
  const collected: unknown[] = [];
  const listener = (message: unknown) => void collected.push(message);
  subscribe(name, listener);
  ends.push(() => void unsubscribe(name, listener));
  return collected;
}

const events = () => published.map(([event]) => event);
const outcomes = () => published.map(([event, { outcome }]) => `${event} ${outcome}`);
const later = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

test('the public names of memokit/channels are these', () => {
  expect(Object.keys(channels).sort()).toEqual(['configureChannels']);
});

describe('memokit:load', () => {
  test('a synchronous load starts and ends, and its message gains outcome, duration and size', () => {
    record();
    const square = memoize((n: number) => n * n, { name: 'square' });
    square(3);
    expect(events()).toEqual(['start', 'end']);
    expect(published[0]![1]).toEqual({ name: 'square', origin: 'call' });
    expect(published[1]![1]).toEqual({
      name: 'square',
      origin: 'call',
      outcome: 'stored',
      duration: expect.any(Number),
      from: 'method',
      size: 1,
    });
    expect(messages.size).toBe(1);
  });

  test('an async load starts and ends before its promise, which it awaits', async () => {
    record();
    const load = memoize(async (n: number) => later().then(() => n), { name: 'load' });
    const answer = load(1);
    expect(outcomes()).toEqual(['start undefined', 'end undefined']);
    await answer;
    expect(outcomes().slice(2)).toEqual(['asyncStart stored', 'asyncEnd stored']);
    expect(published[3]![1].duration).toBeGreaterThan(1);
    expect(messages.size).toBe(1);
  });

  test('a hit publishes nothing', async () => {
    const square = memoize((n: number) => n * n);
    const load = memoize(async (n: number) => n);
    square(1);
    await load(1);
    record();
    const others = ['evict', 'coalesce', 'invalidate', 'store'].map((name) => collect(`memokit:${name}`));
    square(1);
    await load(1);
    expect([published, ...others]).toEqual([[], [], [], [], []]);
  });

  test('hits are totals that caches() has', () => {
    const square = memoize((n: number) => n * n, { name: 'counted' });
    for (const n of [1, 1, 1]) square(n);
    const totals = caches().map((cache) => [cache.name, cache.stats().hits]);
    expect(totals).toContainEqual(['counted', 2]);
  });

  test('a load that throws publishes its error, and its caller gets it', () => {
    record();
    const error = new RangeError('no');
    const load = memoize(() => {
      throw error;
    });
    expect(load).toThrow(error);
    expect(outcomes()).toEqual(['start undefined', 'error failed', 'end failed']);
    expect(published[1]![1].error).toBe(error);
  });

  test('a load that has not failed has no error', () => {
    record();
    memoize(() => 1)();
    expect('error' in [...messages][0]!).toBe(false);
  });

  describe.each<[string, CachedOptions]>([
    ['the plain loader', {}],
    ['the resilient loader', { timeout: 10_000 }],
  ])('with %s', (_, options) => {
    test('a load that rejects publishes its error before asyncEnd', async () => {
      record();
      const load = memoize(async () => Promise.reject(new Error('no')), options);
      await expect(load()).rejects.toThrow('no');
      await later();
      expect(outcomes()).toEqual([
        'start undefined',
        'end undefined',
        'error failed',
        'asyncStart failed',
        'asyncEnd failed',
      ]);
    });

    test('a result that the options do not want is unstored', async () => {
      record();
      await memoize(async () => 1, { when: () => false, ...options })();
      expect(outcomes().at(-1)).toBe('asyncEnd unstored');
    });

    test('a result that was invalidated while it loaded is fenced', async () => {
      record();
      const load = memoize(async () => later(), options);
      const answer = load();
      cacheOf(load).delete();
      await answer;
      expect(outcomes().at(-1)).toBe('asyncEnd fenced');
    });

    test('each call that joins a load is published with the message of that load', async () => {
      record();
      const joined = collect('memokit:coalesce') as channels.CoalesceMessage[];
      const load = memoize(async (n: number) => later().then(() => n), { name: 'load', ...options });
      await Promise.all([load(1), load(1), load(1), load(2)]);
      expect(joined.map(({ name }) => name)).toEqual(['load', 'load']);
      expect(joined[0]!.load).toBe([...messages][0]);
      expect(joined[1]!.load).toBe(joined[0]!.load);
      expect(messages.size).toBe(2);
    });

    test('a store that is bound to start is there in the method, and when the load has ended', async () => {
      const context = new AsyncLocalStorage<LoadMessage>();
      loads.start.bindStore(context as never, (message) => message as never);
      ends.push(() => void loads.start.unbindStore(context as never));
      const seen: unknown[] = [];
      const see = () => void seen.push(context.getStore()?.name);
      loads.asyncEnd.subscribe(see);
      ends.push(() => void loads.asyncEnd.unsubscribe(see));
      const load = memoize(
        async () => {
          see();
          await later();
          see();
        },
        { name: 'bound', ...options },
      );
      await load();
      see();
      expect(seen).toEqual(['bound', 'bound', 'bound', undefined]);
    });

    test('a refresh has its own origin', async () => {
      record();
      const load = memoize(async () => 1, options);
      await cacheOf(load).refresh();
      expect([published[0]![1].origin, outcomes().at(-1)]).toEqual(['refresh', 'asyncEnd stored']);
    });
  });

  test('a store that is bound to start is there in a synchronous method', () => {
    const context = new AsyncLocalStorage<string>();
    loads.start.bindStore(context as never, (message) => (message as unknown as LoadMessage).name as never);
    ends.push(() => void loads.start.unbindStore(context as never));
    expect(memoize(() => context.getStore(), { name: 'bound' })()).toBe('bound');
    expect(context.getStore()).toBe(undefined);
  });

  test('a load in the background, for which an old value stands in, is stale and has its error', async () => {
    let now = 0;
    let isBroken = false;
    const load = memoize(
      async () => {
        if (isBroken) throw new Error('broken');
        return 1;
      },
      { ttl: 10, staleWhileRevalidate: 5, staleIfError: 100, clock: () => now },
    );
    await load();
    [isBroken, now] = [true, 12];
    record();
    expect(await load()).toBe(1);
    await later();
    expect(published[0]![1].origin).toBe('background');
    expect(outcomes().slice(2)).toEqual(['error stale', 'asyncStart stale', 'asyncEnd stale']);
    expect(published.at(-1)![1].error).toEqual(new Error('broken'));
  });

  test('each key of a batch is a load', async () => {
    record();
    const load = memoize.many(async (keys: readonly number[]) => keys.map((key) => key * 2), { name: 'many' });
    await Promise.all([load(1), load(2), load(1)]);
    expect(messages.size).toBe(2);
    expect(outcomes().filter((line) => line === 'asyncEnd stored')).toHaveLength(2);
  });

  test('methods and proxies publish as functions do', () => {
    record();
    class Squares {
      @cached()
      of(n: number): number {
        return n * n;
      }
    }
    new Squares().of(1);
    cachedProxy({ of: (n: number) => n }, { of: {} }).of(1);
    expect(published.map(([event, { name }]) => `${event} ${name}`)).toEqual([
      'start Squares.of',
      'end Squares.of',
      'start Object.of',
      'end Object.of',
    ]);
  });

  test('an event alone can be subscribed to', () => {
    const ended: unknown[] = [];
    const listener = (message: unknown) => void ended.push((message as LoadMessage).outcome);
    loads.end.subscribe(listener);
    ends.push(() => void loads.end.unsubscribe(listener));
    memoize(() => 1)();
    expect(ended).toEqual(['stored']);
  });

  test('a load that began before there were subscribers is not published', async () => {
    const load = memoize(async () => later());
    const answer = load();
    record();
    await answer;
    expect(published).toEqual([]);
  });

  test('after the last subscriber has gone nothing is published, and no load is timed', () => {
    record();
    for (const end of ends.splice(0)) end();
    const { now } = performance;
    let readings = 0;
    const square = memoize((n: number) => n * n, { clock: () => 0 });
    performance.now = () => {
      readings++;
      return now.call(performance);
    };
    square(1);
    performance.now = now;
    expect([published, readings]).toEqual([[], 0]);
  });
});

describe('the other channels', () => {
  test('an eviction is published with its cause and the size', () => {
    const evicted = collect('memokit:evict');
    let now = 0;
    const square = memoize((n: number) => n * n, { name: 'square', capacity: 1, ttl: 10, clock: () => now });
    square(1);
    square(2);
    now = 20;
    square(2);
    cacheOf(square).delete(2);
    square(3);
    cacheOf(square).clear();
    expect(evicted).toEqual(
      ['capacity', 'expired', 'deleted', 'cleared'].map((cause, at) => ({
        name: 'square',
        cause,
        size: at < 2 ? 1 : 0,
      })),
    );
  });

  test('an invalidation tells what it ends', () => {
    const ended = collect('memokit:invalidate');
    const square = memoize((n: number) => n * n, { name: 'square', tags: ['t'] });
    cacheOf(square).delete(1);
    cacheOf(square).expireAll();
    invalidateTags('t');
    expireTags('t');
    expect(ended).toEqual([
      { what: 'key', name: 'square', isSoft: false },
      { what: 'all', name: 'square', isSoft: true },
      { what: 'tags', name: undefined, isSoft: false },
      { what: 'tags', name: undefined, isSoft: true },
    ]);
  });

  test('a change of the state of a store is published', () => {
    const states = collect('memokit:store');
    shared.observer?.store('redisStore', 'failing');
    expect(states).toEqual([{ name: 'redisStore', state: 'failing' }]);
  });
});

describe('keys', () => {
  function publishAll(): unknown[] {
    record();
    const all = [collect('memokit:evict'), collect('memokit:invalidate'), collect('memokit:coalesce')];
    const find = memoize((name: string) => name.length, { name: 'find', capacity: 1, tags: (_, name) => [name] });
    find('secret 1');
    find('secret 2');
    cacheOf(find).delete('secret 2');
    invalidateTags('secret 3');
    return [...messages, ...all.flat()];
  }

  test('are in no message unless the program has asked for them', () => {
    expect(JSON.stringify(publishAll())).not.toContain('secret');
  });

  test('are in messages, and so are tags, where the program has asked for them', () => {
    configureChannels({ keys: true });
    expect(publishAll()).toEqual([
      expect.objectContaining({ origin: 'call', key: 'secret 1' }),
      expect.objectContaining({ origin: 'call', key: 'secret 2' }),
      expect.objectContaining({ cause: 'capacity', key: 'secret 1' }),
      expect.objectContaining({ cause: 'deleted', key: 'secret 2' }),
      expect.objectContaining({ what: 'key', key: 'secret 2' }),
      expect.objectContaining({ what: 'tags', tags: ['secret 3'] }),
    ]);
  });

  test.each([{ keys: 'yes' }, { key: true }, 1])('configureChannels refuses %p', (options) => {
    expect(() => configureChannels(options as ChannelOptions)).toThrow(/^(options|keys)/);
  });
});

test('a subscriber that throws breaks no load, and others are told', () => {
  const { status, stdout } = run('__tests__/programs/channel-errors.ts');
  const uncaught = ['start', 'end', 'start', 'evict', 'end'].map((event) => `uncaught ${event}`);
  expect(stdout.trim().split('\n')).toEqual(['1', '2', 'told 2', ...uncaught]);
  expect(status).toBe(0);
});

test('two copies publish once, and share what is configured', () => {
  const { stdout } = run('__tests__/programs/channel-copies.mjs');
  expect(stdout.trim().split('\n')).toEqual(['esm 1', 'cjs 2', 'cjs undefined']);
});
