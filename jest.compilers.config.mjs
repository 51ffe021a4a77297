import base from './jest.config.mjs';

/** The decorator cases again, compiled by esbuild, swc and Babel instead of TypeScript. */
const [standard] = base.projects;

const project = (compiler, dialect, cases) => ({
  ...standard,
  displayName: `${compiler} ${dialect}`,
  testMatch: [`<rootDir>/__tests__/{${cases}}.test.ts`],
  transform: { '^.+\\.ts$': ['<rootDir>/__tests__/support/compilers.cjs', { compiler, dialect }] },
});

export default {
  projects: [
    project(
      'esbuild',
      'standard',
      'decorators,batched-methods,hidden-members,invalidation,computed-members,private-members',
    ),
    project('esbuild', 'legacy', 'decorators,batched-methods,hidden-members,invalidation,computed-members'),
    project(
      'swc',
      'standard',
      'decorators,batched-methods,hidden-members,invalidation,computed-members,private-members',
    ),
    project('swc', 'legacy', 'decorators,batched-methods,hidden-members,invalidation,computed-members'),
    project(
      'babel',
      'standard',
      'decorators,batched-methods,hidden-members,invalidation,computed-members,private-members',
    ),
    project('babel', 'legacy', 'decorators,batched-methods,hidden-members,invalidation'),
  ],
};
