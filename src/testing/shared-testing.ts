import { type SharedTesting, shared } from '../shared-registry.js';

shared.testing ??= { disablings: 0, loads: new Set() };

/** The state of tests that all copies of memokit share. From here on, loads are added to it. */
export const testing: SharedTesting = shared.testing;
