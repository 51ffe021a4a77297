import { defineConfig } from 'vite';

// Vite reads experimentalDecorators from tsconfig.json.
export default defineConfig({});
