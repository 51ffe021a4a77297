import { describe } from '@jest/globals';
import { serverProgram } from './redis-server.js';

/** Describes tests that need a server of Redis or Valkey. Where the machine has none, they are skipped, which is said. */
export const describeWithServer = serverProgram() === undefined ? describe.skip : describe;

/** Describes such tests that run in long runs only. */
export const describeInLongRuns = process.env.TEST_LONG ? describeWithServer : describe.skip;
