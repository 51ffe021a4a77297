import { cached, cacheOf } from 'memokit';
import { color } from './color.js';
import { sample } from './factorial/sample.js';
import { SettingError, type Settings, settingsFrom } from './factorial/settings.js';

/** Runs the factorial demo: it calls a cached factorial with a skewed sample and prints every hit, miss and eviction. */
function demonstrate({ cacheSize, sampleSize, seed }: Settings): void {
  let saved = 0;
  /** The time in milliseconds that the factorial of each number took to compute. */
  const cost = new Map<number, number>();

  class Mathematician {
    @cached({
      capacity: cacheSize,
      on: {
        hit: ({ key, value }) => print(color.green('hit'), key, value),
        miss: ({ key, value }) => print(color.yellow('miss'), key, value),
        evict: ({ key, value }) => print(color.red('evict'), key, value),
      },
    })
    factorial(n: number): bigint {
      const start = performance.now();
      let product = 1n;
      for (let factor = 2n; factor <= n; factor++) product *= factor;
      cost.set(n, performance.now() - start);
      return product;
    }
  }

  const mathematician = new Mathematician();
  const cache = cacheOf(mathematician, 'factorial');
  for (const n of sample(sampleSize, seed)) {
    const { hits } = cache.stats();
    mathematician.factorial(n);
    if (cache.stats().hits > hits) saved += cost.get(n) ?? 0;
  }

  const { hits, misses, evictions } = cache.stats();
  const mostRecentFirst = [...cache.entries()].map(([key]) => key).reverse();
  console.log();
  console.log(`most to least recent: ${mostRecentFirst.join(' ')}`);
  console.log(`hits: ${hits}`);
  console.log(`misses: ${misses}`);
  console.log(`evictions: ${evictions.capacity}`);
  console.log(`hit ratio: ${((100 * hits) / (hits + misses)).toFixed(1)} %`);
  console.log(`time saved by hits: ${saved.toFixed(3)} ms`);
  console.log(`settings: CACHE_SIZE=${cacheSize} SAMPLE_SIZE=${sampleSize} SEED=${seed}`);
}

function print(event: string, n: unknown, value: bigint): void {
  console.log(`${event}: ${n} ${process.stdout.isTTY ? shortened(String(value)) : value}`);
}

/** Shortens a long number to its first and last digits. */
function shortened(digits: string): string {
  if (digits.length <= 40) return digits;
  return `${digits.slice(0, 16)}…${digits.slice(-16)} (${digits.length} digits)`;
}

/** Ends the demo quietly if the reader of the output closes the pipe early, as `head` does. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  demonstrate(settingsFrom(process.env));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
