import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bringBrowsers, describeMissing } from '../run/bring-browsers.ts';
import { findBrowser, launchOptionsFor, runs } from '../run/browsers.ts';
import { describeOutcome, outcomeOfRun, sumOutcomes } from '../run/outcome.ts';
import { readPlaywrightReport, readVitestReport } from '../run/reports.ts';
import { bootFiles, readSizes } from '../run/sizes.ts';
import { root } from '../run/step.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layover-run-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('the sum', () => {
  test('[U11] adds all suites into one line', () => {
    const sum = sumOutcomes([
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 40, failed: 2, skipped: 3 },
    ]);
    expect(describeOutcome(sum)).toBe('41 passed, 2 failed, 3 skipped');
  });

  test('[U12] counts a run that ended badly without a failed test as one failure', () => {
    expect(outcomeOfRun(1, { passed: 5, failed: 0, skipped: 0 }).failed).toBe(1);
    expect(outcomeOfRun(1, { passed: 5, failed: 3, skipped: 0 }).failed).toBe(3);
    expect(outcomeOfRun(0, { passed: 5, failed: 0, skipped: 0 }).failed).toBe(0);
  });

  test('[U13] an unknown suite is answered with the known ones, and fails', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'test/run.ts'), '--only', 'unit,lunch'],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('does not know `lunch`: it takes types, lint, unit, sizes, journeys, webkit');
    expect(stdout).toBe('0 passed, 1 failed, 0 skipped\n');
  });
});

describe('the reports', () => {
  test('[U12] a report that was never written is one failure', () => {
    expect(readVitestReport(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(readPlaywrightReport(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('[U12] vitest: a file that cannot be loaded counts beside the tests that ran', () => {
    const report = {
      numPassedTests: 7,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { status: 'failed', assertionResults: [] },
        { status: 'failed', assertionResults: [{}] },
        { status: 'passed', assertionResults: [] },
      ],
    };
    expect(readVitestReport(write('v.json', JSON.stringify(report)))).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });

  test('[U11] Playwright: a journey that passed only on a repeat has failed', () => {
    const report = { stats: { expected: 9, unexpected: 1, flaky: 1, skipped: 2 } };
    expect(readPlaywrightReport(write('p.json', JSON.stringify(report)))).toEqual({ passed: 9, failed: 2, skipped: 2 });
  });
});

describe('the sizes', () => {
  beforeEach(() => {
    write(
      'index.html',
      '<script type="module" crossorigin src="/assets/index-1.js"></script><script src="/theme.js"></script>',
    );
    write('theme.js', 'document.title;');
    write('assets/index-1.js', 'import{a}from"./shared-2.js";import("./lazy-3.js");a();');
    write('assets/shared-2.js', 'export*from"./deep-4.js";');
    write('assets/deep-4.js', 'export const a=()=>1;');
    write('assets/lazy-3.js', 'export const b=1;');
    write('sw.js', 'self.x=1;');
    write('sw-later.js', 'self.z=1;');
    write('simulator.js', 'self.y=1;');
  });

  test('[U14] what index.html loads counts, with all that it imports, and lazy chunks do not', () => {
    expect(bootFiles(folder)).toEqual(['assets/deep-4.js', 'assets/index-1.js', 'assets/shared-2.js', 'theme.js']);
  });

  test('[U14] a script over its limit shows as that', async () => {
    expect((await readSizes(folder)).map(({ within }) => within)).toEqual([true, true, true, true]);
    write('assets/deep-4.js', `export const a="${incompressible(45_000)}";`);
    write('sw.js', `self.x="${incompressible(45_000)}";`);
    write('sw-later.js', `self.z="${incompressible(45_000)}";`);
    expect((await readSizes(folder)).map(({ within }) => within)).toEqual([false, false, false, true]);
    write('simulator.js', `self.y="${incompressible(45_000)}";`);
    const readings = await readSizes(folder);
    expect(readings.map(({ within }) => within)).toEqual([false, false, false, false]);
    // Kilobytes as people count them, packed as for the wire.
    const packed = gzipSync(`self.y="${incompressible(45_000)}";`, { level: 9 }).length / 1000;
    expect(readings.map(({ kb }) => kb)[3]).toBeCloseTo(packed, 2);
  });
});

/** The same text each time, which gzip cannot make smaller than three quarters. */
function incompressible(length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 44) }, (_, index) =>
    createHash('sha256').update(String(index)).digest('base64'),
  );
  return parts.join('');
}

describe('the browsers', () => {
  function fakeBrowser(name: string, script: string): string {
    const path = write(name, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  test('[U15] one that the environment names is taken first', () => {
    const path = fakeBrowser('my-firefox', 'echo Firefox 153');
    const browser = findBrowser('firefox', { LAYOVER_FIREFOX: path, PATH: '' });
    expect(browser).toEqual({ name: 'firefox', path, origin: 'system' });
    expect(launchOptionsFor('firefox', browser)).toMatchObject({
      channel: 'moz-firefox',
      launchOptions: { executablePath: path },
    });
  });

  test('[U15] one that does not start is none', () => {
    const broken = fakeBrowser('broken', 'exit 127');
    expect(runs({ name: 'chromium', path: broken, origin: 'system' })).toBe(false);
    expect(runs({ name: 'chromium', path: fakeBrowser('good', 'echo 156'), origin: 'system' })).toBe(true);
  });

  test('[U16] a missing one is named with the one command that brings it, and nothing is installed', async () => {
    const env = {
      LAYOVER_TEST_INSTALL: '0',
      LAYOVER_CHROMIUM: fakeBrowser('chromium', 'echo 156'),
      LAYOVER_FIREFOX: fakeBrowser('firefox', 'exit 127'),
    };
    const { found, missing } = await bringBrowsers(env);
    expect(found.map(({ name }) => name)).toEqual(['chromium']);
    expect(missing).toEqual(['firefox']);
    expect(describeMissing(missing)).toMatch(/^The journeys have no working firefox\. This brings it: \S+/);
  });
});
