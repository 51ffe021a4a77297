import { spawnSync } from 'node:child_process';
import { expect, jest, test } from '@jest/globals';

/** The simulated fleet of `npm run simulate:fleet`, in small. */

jest.setTimeout(120_000);

test('in a simulated fleet, whatever befalls it, no process serves what was invalidated for longer than it may, and the store is used again', () => {
  const args = ['--import', 'tsx', '__tests__/simulate/main.ts', '--seeds', '5', '--processes', '6', '--seed', '1'];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout).toMatch(/, 0 violations\n$/);
  expect(status).toBe(0);
});
