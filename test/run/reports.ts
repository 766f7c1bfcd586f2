import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { oneFailed, type Outcome } from './outcome.ts';

const vitestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

/** Reads what vitest's JSON reporter wrote. A file that could not be loaded has no tests and counts as one failure. */
export function readVitestReport(file: string): Outcome {
  if (!existsSync(file)) return oneFailed;
  const report = vitestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Reads what Playwright's JSON reporter wrote. */
export function readPlaywrightReport(file: string): Outcome {
  if (!existsSync(file)) return oneFailed;
  const { stats } = playwrightSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}
