/**
 * A project for one dialect of decorators. `standard` runs every test; `legacy` runs the decorator cases again. `foreign`
 * runs what the test suites of others say of what memokit does too.
 */
const project = (displayName, tsconfig, testMatch) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig }] },
  moduleNameMapper: {
    '^memokit$': '<rootDir>/src/index.ts',
    '^memokit/channels$': '<rootDir>/src/channels/index.ts',
    '^memokit/decorators$': '<rootDir>/decorators/index.ts',
    '^memokit/disk$': '<rootDir>/src/disk/index.ts',
    '^memokit/otel$': '<rootDir>/src/otel/index.ts',
    '^memokit/prometheus$': '<rootDir>/src/prometheus/index.ts',
    '^memokit/redis$': '<rootDir>/src/redis/index.ts',
    '^memokit/request$': '<rootDir>/src/request/index.ts',
    '^memokit/store$': '<rootDir>/src/adapters/index.ts',
    '^memokit/testing$': '<rootDir>/src/testing/index.ts',
    '^memokit/top$': '<rootDir>/src/top/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  setupFiles: ['<rootDir>/__tests__/support/seed.ts'],
});

export default {
  projects: [
    // `npm test` gives patterns of its own for files to leave out, which take the place of those of a project.
    project('standard', 'tsconfig.json', ['<rootDir>/__tests__/*.test.ts', '!**/nestjs.test.ts']),
    project('legacy', 'tsconfig.legacy.json', [
      '<rootDir>/__tests__/{batched-methods,bypass,cached-proxy,computed-members,copy,decorators,disable-caching,freeze,hidden-members,idle,invalidation,nestjs,presets,store-option,weigh}.test.ts',
    ]),
    project('tier', 'tsconfig.json', ['<rootDir>/__tests__/tier/*.test.ts']),
    project('foreign', 'tsconfig.json', ['<rootDir>/__tests__/foreign/*.test.ts']),
  ],
};
