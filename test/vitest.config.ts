import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests of behaviour that need no browser. A page test asks for a DOM itself: `// @vitest-environment happy-dom`. */
export default defineConfig({
  // `#shared/*` and `#device/*` come from `imports` in package.json, which is looked up from here.
  root: fileURLToPath(new URL('..', import.meta.url)),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  cacheDir: 'node_modules/.cache/vite-test',
  test: {
    environment: 'node',
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/journeys/**', 'test/webkit/**', 'test/bench/**', 'test/fixtures/**'],
    // Processes, not threads: native SQLite and its own worker threads live in them. Two, as the smallest machine has two cores.
    pool: 'forks',
    maxWorkers: 2,
    // Generous, because small machines are noisy; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that is left focused would silently switch the others off.
    allowOnly: false,
  },
});
