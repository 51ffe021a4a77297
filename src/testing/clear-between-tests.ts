import { ArgumentError, mismatch } from '../errors.js';
import { clearAll } from '../memoize/registry.js';

/** A test runner's `afterEach`: it takes a function that the runner calls after each test. */
export type AfterEach = (clear: () => void) => unknown;

/**
 * Clears every cache after each test, so that no test sees a result that another has stored. A load that is in flight
 * at the end of a test is not stored. Statistics continue to count. Call it once where `afterEach` may be called: in a
 * setup file, or at the top of a test file for the tests of that file. The argument defaults to the global `afterEach`.
 *
 * @throws ArgumentError when there is no global `afterEach`, or when the argument is not a function.
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
    const expected = "the test runner's function, as a global or in clearBetweenTests(afterEach)";
    throw new ArgumentError(mismatch('afterEach', expected, afterEach));
  }
  afterEach(clearAll);
}
