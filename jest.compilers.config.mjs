import base from './jest.config.mjs';

/** The decorator cases once more, as other compilers than TypeScript's compile them. */
const [standard] = base.projects;

const project = (compiler, dialect, cases) => ({
  ...standard,
  displayName: `${compiler} ${dialect}`,
  testMatch: [`<rootDir>/__tests__/{${cases}}.test.ts`],
  transform: { '^.+\\.ts$': ['<rootDir>/__tests__/support/compilers.cjs', { compiler, dialect }] },
});

export default {
  projects: [
    project('esbuild', 'standard', 'decorators,computed-members,batched-methods,private-members'),
    project('esbuild', 'legacy', 'decorators,computed-members,batched-methods'),
    project('swc', 'standard', 'decorators,computed-members,batched-methods,private-members'),
    project('swc', 'legacy', 'decorators,computed-members,batched-methods'),
    project('babel', 'standard', 'decorators,computed-members,batched-methods,private-members'),
    project('babel', 'legacy', 'decorators,batched-methods'),
  ],
};
