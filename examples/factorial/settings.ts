/** The settings of the demo: whole numbers from environment variables. */
export interface Settings {
  readonly cacheSize: number;
  readonly sampleSize: number;
  readonly seed: number;
}

/** The error for an environment variable with an invalid value. */
export class SettingError extends Error {
  readonly code = 'BAD_SETTING';
}

/**
 * Reads the settings from the environment.
 *
 * @throws SettingError when a variable is invalid. Its message has the variable's name, the expected range and the value.
 */
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
