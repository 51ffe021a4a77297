/** Mutants of one folder of src; mutation/run.mjs starts it for each. */
const folder = process.env.MUTATION_FOLDER;

export default {
  mutate: [`src/${folder}/**/*.ts`],
  testRunner: 'jest',
  jest: { configFile: 'jest.mutation.config.mjs' },
  disableTypeChecks: false,
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 3000,
  timeoutFactor: 1.5,
  testRunnerNodeArgs: ['--max-old-space-size=2048'],
  ignorePatterns: ['/bench', '/docs', '/dist', '/examples', '/.ci'],
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `reports/mutation/${folder}.json` },
  incrementalFile: `reports/mutation/${folder}.incremental.json`,
  thresholds: { high: 95, low: 85, break: 85 },
  clearTextReporter: { logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
};
