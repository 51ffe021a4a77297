import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('memokit/testing and batches work under vitest, its fake timers and its hooks', () => {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    '__tests__/vitest/vitest.config.mjs',
    '--reporter=json',
  ];
  // What jest has set for its own workers is not for another runner.
  const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 10, numTotalTests: 10 });
}, 60_000);
