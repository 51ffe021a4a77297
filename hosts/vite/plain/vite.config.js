import { defineConfig } from 'vite';

// Without a plugin, as docs/compilers.md warns.
export default defineConfig({});
