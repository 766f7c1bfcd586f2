import { defineConfig, devices } from '@playwright/test';
import { findBrowsers, launchOptionsFor } from './run/browsers.ts';

/**
 * Journeys: the built page, the real worker and a real router that each spec starts for itself.
 * The browsers are those that `npm test` found (`LAYOVER_CHROMIUM`, `LAYOVER_FIREFOX`), else the ones found here.
 */
const browsers = findBrowsers(process.env);

export default defineConfig({
  testDir: '.',
  // The storm takes longer than all journeys, and is looked for faults with by hand: `npm run chaos`.
  testMatch: process.env['LAYOVER_CHAOS'] === '1' ? 'chaos/*.spec.ts' : 'journeys/*.spec.ts',
  outputDir: '../test-results',
  // Generous, because small machines are noisy; a journey that hangs still ends.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  workers: 2,
  retries: 0,
  fullyParallel: true,
  forbidOnly: true,
  reporter: 'list',
  use: { screenshot: 'only-on-failure', locale: 'en-GB', timezoneId: 'UTC' },
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'], ...launchOptionsFor('chromium', browsers.chromium) } },
    {
      name: 'firefox',
      // Only journeys that need neither Background Sync nor a worker that `setOffline` reaches.
      grep: /@firefox/,
      use: { ...devices['Desktop Firefox'], ...launchOptionsFor('firefox', browsers.firefox) },
    },
  ],
});
