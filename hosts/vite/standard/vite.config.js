import babel from '@rolldown/plugin-babel';
import { defineConfig } from 'vite';

// Vite 8 leaves standard decorators as they are, so Babel compiles the files that have an @.
const decorators = {
  preset: () => ({ plugins: [['@babel/plugin-proposal-decorators', { version: '2023-11' }]] }),
  rolldown: { filter: { code: '@' } },
};

export default defineConfig({ plugins: [babel({ presets: [decorators] })] });
