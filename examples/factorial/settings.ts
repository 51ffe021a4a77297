/** The settings of the demo: whole numbers from the environment. */
export interface Settings {
  readonly cacheSize: number;
  readonly sampleSize: number;
  readonly seed: number;
}

/** A variable of the environment that is not as it should be. */
export class SettingError extends Error {
  readonly code = 'BAD_SETTING';
}

/** @throws SettingError that names the variable, what was expected and what it holds. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    cacheSize: wholeNumber(env, 'CACHE_SIZE', 1, LARGEST_CACHE, 10),
    sampleSize: wholeNumber(env, 'SAMPLE_SIZE', 1, LARGEST_CACHE, 50),
    seed: wholeNumber(env, 'SEED', 0, LARGEST_SEED, Date.now() % LARGEST_SEED),
  };
}

const LARGEST_CACHE = 2 ** 24;
const LARGEST_SEED = 2 ** 32 - 1;

function wholeNumber(env: NodeJS.ProcessEnv, name: string, least: number, most: number, otherwise: number): number {
  const text = env[name];
  if (text === undefined) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingError(`${name}: expected a whole number from ${least} to ${most}, but got: ${JSON.stringify(text)}`);
}
