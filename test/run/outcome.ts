/** How many tests of a suite ended how. A check without single tests (types, lint, sizes) counts as one. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

export const onePassed: Outcome = { passed: 1, failed: 0, skipped: 0 };
export const oneFailed: Outcome = { passed: 0, failed: 1, skipped: 0 };
export const oneSkipped: Outcome = { passed: 0, failed: 0, skipped: 1 };

export function sumOutcomes(outcomes: readonly Outcome[]): Outcome {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of outcomes) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** The line that ends every run: `N passed, N failed, N skipped`. */
export function describeOutcome({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run that ended badly although no single test failed (a file that cannot be loaded, a crash) counts as one failure. */
export function outcomeOfRun(exitCode: number, counted: Outcome): Outcome {
  return exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}
