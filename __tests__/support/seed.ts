import * as fc from 'fast-check';

/** The seed of the property tests. It is fixed for `npm test`, and `npm run test:long` uses a new one each time. */
const long = process.env.TEST_LONG !== undefined;
fc.configureGlobal(long ? { numRuns: 3000 } : { numRuns: 300, seed: 20_261_121 });
