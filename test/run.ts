/** All tests: `npm test`, or some of them: `npm test -- --only types,unit`. The last line is the sum over all suites. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeOutcome, oneFailed, sumOutcomes, type Outcome } from './run/outcome.ts';
import { suites, type Suite } from './run/suites.ts';

const names = suites.map(({ name }) => name);

function chooseSuites(only: string | undefined): readonly Suite[] {
  if (only === undefined) return suites;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`\`--only\` does not know \`${unknown.join('`, `')}\`: it takes ${names.join(', ')}.`);
  return suites.filter(({ name }) => wanted.includes(name));
}

async function runSuite(suite: Suite, folder: string): Promise<Outcome> {
  console.log(`\n— ${suite.name}`);
  const startedAt = performance.now();
  const outcome = await suite.run(folder).catch((error: unknown) => {
    console.error(error);
    return oneFailed;
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${suite.name}: ${describeOutcome(outcome)} (${seconds} s)`);
  return outcome;
}

async function runAll(chosen: readonly Suite[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'layover-test-'));
  try {
    const outcomes: Outcome[] = [];
    // One after the other: together they would take each other's processor time and miss their limits.
    for (const suite of chosen) outcomes.push(await runSuite(suite, folder));
    return sumOutcomes(outcomes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const sum = await runAll(chooseSuites(values.only));
  console.log(`\n${describeOutcome(sum)}`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log(describeOutcome(oneFailed));
  process.exitCode = 1;
}
