import { join } from 'node:path';
import { bringBrowsers, bringWebKit, describeMissing, describeMissingWebKit } from './bring-browsers.ts';
import { oneFailed, onePassed, oneSkipped, outcomeOfRun, sumOutcomes, type Outcome } from './outcome.ts';
import { readPlaywrightReport, readVitestReport } from './reports.ts';
import { readSizes } from './sizes.ts';
import { root, runScript } from './step.ts';

export interface Suite {
  name: string;
  /** Runs the suite; its reports may be written to `folder`. */
  run(folder: string): Promise<Outcome>;
}

/** Everything `npm test` does, in order: what fails fastest comes first. */
export const suites: readonly Suite[] = [
  { name: 'types', run: async () => passedWhenZero(await runScript(tool('typescript/bin/tsc'), ['-b'])) },
  { name: 'lint', run: runLint },
  { name: 'unit', run: runUnit },
  { name: 'sizes', run: runSizes },
  { name: 'journeys', run: runJourneys },
  { name: 'webkit', run: runWebKit },
];

async function runLint(): Promise<Outcome> {
  // No cache: a rule that knows types can be broken by a change in another file.
  const rules = await runScript(tool('eslint/bin/eslint.js'), ['-c', 'test/eslint.config.js', '.']);
  const format = await runScript(tool('prettier/bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']);
  const dead = await runScript(tool('knip/bin/knip.js'), []);
  if (format !== 0) console.log('`npm run format` puts the format right.');
  return passedWhenZero(rules + format + dead);
}

function runUnit(folder: string): Promise<Outcome> {
  return runVitest('test/vitest.config.ts', join(folder, 'unit.json'));
}

/** A smoke in the engine of Safari, as Debian has it. */
async function runWebKit(folder: string): Promise<Outcome> {
  const webKit = await bringWebKit(process.env);
  if (webKit === 'absent') {
    console.log('WebKitGTK can only be driven on Debian and its kind; this smoke did not run.');
    return oneSkipped;
  }
  if (webKit === 'missing') {
    console.log(describeMissingWebKit());
    return oneFailed;
  }
  if ((await buildPage()) !== 0) return oneFailed;
  return runVitest('test/webkit/vitest.config.ts', join(folder, 'webkit.json'));
}

async function runVitest(config: string, report: string): Promise<Outcome> {
  const args = ['run', '-c', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return outcomeOfRun(await runScript(tool('vitest/vitest.mjs'), args), readVitestReport(report));
}

async function runSizes(): Promise<Outcome> {
  if ((await buildPage()) !== 0) return oneFailed;
  const readings = await readSizes(join(root, 'dist'));
  for (const { name, kb, limitKb, files, within } of readings) {
    const verdict = within ? 'within' : 'OVER';
    console.log(`${name}: ${kb.toFixed(1)} kB gzipped, ${verdict} the ${limitKb} kB allowed (${files.join(', ')})`);
  }
  return readings.every(({ within }) => within) ? onePassed : oneFailed;
}

async function runJourneys(folder: string): Promise<Outcome> {
  if ((await buildPage()) !== 0) {
    console.log('The journeys need the built page, and the build failed.');
    return oneFailed;
  }
  const { found, missing, env } = await bringBrowsers(process.env);
  const absent = missing.map(() => oneFailed);
  if (missing.length > 0) console.log(describeMissing(missing));
  if (found.length === 0) return sumOutcomes(absent);
  const report = join(folder, 'journeys.json');
  const projects = found.map(({ name }) => `--project=${name}`);
  const args = ['test', '-c', 'test/playwright.config.ts', '--reporter=list,json', ...projects];
  const code = await runScript(tool('@playwright/test/cli.js'), args, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  return sumOutcomes([...absent, outcomeOfRun(code, readPlaywrightReport(report))]);
}

function buildPage(): Promise<number> {
  return runScript(join(root, 'server/launch.mjs'), ['build']);
}

function tool(path: string): string {
  return join(root, 'node_modules', path);
}

function passedWhenZero(exitCode: number): Outcome {
  return exitCode === 0 ? onePassed : oneFailed;
}
