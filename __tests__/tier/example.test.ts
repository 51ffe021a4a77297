import { expect, jest, test } from '@jest/globals';
import { serverProgram } from '../support/redis-server.js';
import { run } from '../support/run.js';

/** The example starts four processes and, twice, a server. */
jest.setTimeout(60_000);

/** The processes of the example are files beside it. */
const TSX = ['--import', 'tsx'];

const testWithServer = serverProgram() === undefined ? test.skip : test;

testWithServer(
  'the fleet example shows one load for four processes, an invalidation that reaches all, and an outage',
  () => {
    const { status, stdout, stderr } = run('examples/fleet.ts', { NO_COLOR: '1' }, TSX);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain('✗');
    const statements = [...stdout.matchAll(/^✓ (.*)$/gm)].map(([, text]) => text);
    expect(statements).toEqual([
      '200 callers made 1 query',
      'all of them were given the same price, 5',
      'each process has it in its memory now: 0 queries',
      'all processes read the new price',
      'they made 1 query, all together',
      'the invalidation is kept until the server is back',
      'process 2 reads the new price at once',
      'no caller was given an error',
      'what process 2 has forgotten meanwhile has reached all',
      '200 callers of another price made 1 query',
    ]);
  },
);

test('the fleet example says how to install a server where there is none', () => {
  const { status, stdout, stderr } = run('examples/fleet.ts', { PATH: '', NO_COLOR: '1' }, TSX);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('  apt-get install redis-server\n');
});
