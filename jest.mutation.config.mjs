import { fileURLToPath } from 'node:url';
import base from './jest.config.mjs';
import { FOLDERS } from './mutation/folders.mjs';

/** The tests of one folder, as mutation/run.mjs has them run: Stryker understands no `projects`. */
const { displayName, ...standard } = base.projects[0];
const fileAt = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  ...standard,
  testMatch: FOLDERS[process.env.MUTATION_FOLDER].map((name) => `<rootDir>/__tests__/${name}.test.ts`),
  testEnvironment: fileAt('mutation/environment.cjs'),
  runner: fileAt('mutation/runner.mjs'),
  setupFiles: [...standard.setupFiles, '<rootDir>/mutation/first-failure.cjs'],
};
