import { cacheOf } from 'memokit';
import { isolate } from 'memokit/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loads, Rates } from './rates';

const rates = new Rates();

beforeEach(() => loads.splice(0));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('memokit/testing', () => {
  for (const turn of ['first', 'second']) {
    test(`the ${turn} of two tests finds no entry of the other`, async () => {
      await rates.get('EUR');
      await rates.get('EUR');
      expect(loads).toEqual(['get EUR']);
    });
  }

  test('isolate forgets what it has stored', async () => {
    await isolate(() => rates.get('EUR'));
    expect(cacheOf(rates, 'get').size).toBe(0);
  });

  test('an instance that has cached something equals a new one', async () => {
    await rates.get('EUR');
    expect(rates).toStrictEqual(new Rates());
  });
});

describe('fake timers', () => {
  test('they end a ttl', async () => {
    vi.useFakeTimers();
    const first = await rates.get('EUR');
    vi.advanceTimersByTime(59_999);
    expect(await rates.get('EUR')).toBe(first);
    vi.advanceTimersByTime(1);
    expect(await rates.get('EUR')).not.toBe(first);
  });

  test('they end a ttl that has begun before them', async () => {
    const first = await rates.get('EUR');
    vi.useFakeTimers();
    expect(await rates.get('EUR')).toBe(first);
    vi.advanceTimersByTime(60_001);
    expect(await rates.get('EUR')).not.toBe(first);
  });

  test('an old value answers while it is loaded again', async () => {
    vi.useFakeTimers();
    const first = await rates.old('EUR');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await rates.old('EUR')).toBe(first);
    await vi.advanceTimersByTimeAsync(0);
    expect(await rates.old('EUR')).not.toBe(first);
  });

  test('they end a load that takes too long', async () => {
    vi.useFakeTimers();
    const call = expect(rates.hang()).rejects.toMatchObject({ code: 'MEMOKIT_TIMEOUT' });
    vi.advanceTimersByTime(5000);
    await call;
  });

  test('they do not hold a batch up', async () => {
    vi.useFakeTimers();
    expect(await Promise.all([rates.one(1), rates.one(2)])).toEqual(['rate 1', 'rate 2']);
    expect(loads).toEqual(['getMany 1,2']);
  });

  test('another date alone does not end a ttl', async () => {
    vi.useFakeTimers();
    const first = await rates.get('EUR');
    vi.setSystemTime(Date.now() + 120_000);
    expect(await rates.get('EUR')).toBe(first);
  });
});

describe('spies and mocks', () => {
  test('a spy on an instance is above the cache, and restoring it leaves the cache', async () => {
    const spy = vi.spyOn(rates, 'get');
    await rates.get('EUR');
    await rates.get('EUR');
    expect(spy).toHaveBeenCalledTimes(2);
    expect(loads).toEqual(['get EUR']);
    spy.mockResolvedValueOnce('mock');
    expect(await rates.get('EUR')).toBe('mock');
    spy.mockRestore();
    await rates.get('EUR');
    expect(loads).toEqual(['get EUR']);
  });

  test('a write evicts below a spy on an instance', async () => {
    vi.spyOn(rates, 'get');
    await rates.get('EUR');
    await rates.set('EUR');
    await rates.get('EUR');
    expect(loads).toEqual(['get EUR', 'set EUR', 'get EUR']);
    expect(cacheOf(rates, 'get').size).toBe(1);
  });

  test('a write evicts below a spy on the prototype', async () => {
    const spy = vi.spyOn(Rates.prototype, 'get');
    await rates.get('EUR');
    await rates.set('EUR');
    await rates.get('EUR');
    expect(loads).toEqual(['get EUR', 'set EUR', 'get EUR']);
    expect(spy).toHaveBeenCalledTimes(2);
    expect(cacheOf(rates, 'get').size).toBe(1);
    spy.mockRestore();
    await rates.get('EUR');
    expect(loads).toHaveLength(3);
  });

  test('a write below a mock that replaces the cached method on the prototype still writes', async () => {
    vi.spyOn(Rates.prototype, 'get').mockResolvedValue('mock');
    await rates.set('EUR');
    expect(loads).toEqual(['set EUR']);
  });
});
