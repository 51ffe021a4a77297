import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('under a mixed load values and counts are right, the heap is flat, and the process ends by itself', () => {
  const args = ['__tests__/soak/run.mjs', '5', '--seed', '20261130', '--as-built'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect({ status, stderr, stdout }).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining(', 0 faults'),
  });
}, 70_000);
