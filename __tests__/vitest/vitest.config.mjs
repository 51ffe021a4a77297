import { resolve } from 'node:path';

/** A project of vitest that uses the package by its name, with no globals: `vitest.test.ts` runs it. */
export default {
  root: import.meta.dirname,
  resolve: {
    alias: [
      { find: /^memokit$/, replacement: resolve('src/index.ts') },
      { find: /^memokit\/testing$/, replacement: resolve('src/testing/index.ts') },
    ],
  },
  // In threads, since vitest fakes process.nextTick in no process of its own.
  test: { include: ['*.test.ts'], pool: 'threads' },
};
