import { ArgumentError, mismatch } from '../errors.js';
import { clearAll } from '../memoize/registry.js';

/** A test runner's `afterEach`: calls what it is given after each test. */
export type AfterEach = (clear: () => void) => unknown;

/**
 * Clears every cache after each test, so that no test sees what another has stored. Loads in flight at the end of a test
 * are stored nowhere. Statistics go on counting. To be called once, where the runner's `afterEach` may be: in a setup
 * file, or at the top of a test file for the tests of that file. Without an argument it is the global `afterEach`.
 *
 * @throws ArgumentError when there is no global `afterEach`, or what is given is no function.
 * @example
 * // jest: a file of setupFilesAfterEnv
 * clearBetweenTests();
 * // vitest without globals: a file of setupFiles
 * import { afterEach } from 'vitest';
 * clearBetweenTests(afterEach);
 */
export function clearBetweenTests(
  afterEach: AfterEach | undefined = (globalThis as { afterEach?: AfterEach }).afterEach,
): void {
  if (typeof afterEach !== 'function') {
    const expected = "the test runner's, as a global or in clearBetweenTests(afterEach)";
    throw new ArgumentError(mismatch('afterEach', expected, afterEach));
  }
  afterEach(clearAll);
}
