import { defineConfig } from 'vite';
import page from './vite.config.js';

// The worker is a classic script beside the page: every browser that has service workers takes it.
export default defineConfig({
  ...page,
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    rolldownOptions: {
      input: new URL('./src/service-worker.js', import.meta.url).pathname,
      output: { format: 'iife', entryFileNames: 'service-worker.js' },
    },
  },
});
