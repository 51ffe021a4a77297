import * as fc from 'fast-check';

/** The seed of the property tests: one fixed for `npm test`, a new one each time for `npm run test:long`. */
const long = process.env.TEST_LONG !== undefined;
fc.configureGlobal(long ? { numRuns: 3000 } : { numRuns: 300, seed: 20_261_121 });
