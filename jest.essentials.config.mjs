import base from './jest.config.mjs';

/**
 * The tests that say whether memokit works on a version of Node: all of project `standard`, and the foreign suites, but
 * those that are about something else. A new test file is essential unless it is listed here.
 */
const NOT_ESSENTIAL = [
  'copies', // runs on `dist`
  'docs', // compiles every program of the documentation
  'nestjs', // runs in the legacy dialect only
  'house', // reads the sources, and measures `dist`
  'package', // packs `dist`, and checks it under five compilers
  'persistent', // an example, which compiles for many seconds
  'schema-service', // an example, which needs a database server
  'soak', // runs on `dist`
  'tasks', // an example, which needs a database server
  'vitest', // another test runner
];

export default {
  projects: base.projects
    .filter(({ displayName }) => ['standard', 'foreign'].includes(displayName))
    .map((project) => ({
      ...project,
      testPathIgnorePatterns: ['/node_modules/', `<rootDir>/__tests__/(${NOT_ESSENTIAL.join('|')})\\.test\\.ts$`],
    })),
};
