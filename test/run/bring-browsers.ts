import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browserNames, browserVariables, findBrowser, runs } from './browsers.ts';
import type { Browser, BrowserName } from './browsers.ts';
import { DISPLAY_SERVER, WEBKIT_DRIVER } from '../webkit/webkit-browser.ts';
import { root, runStep } from './step.ts';

const debianPackages: Record<BrowserName, string> = { chromium: 'chromium', firefox: 'firefox-esr' };

const downloadLimitMs = 180_000;
const aptLimitMs = 600_000;

export interface Brought {
  found: Browser[];
  missing: BrowserName[];
  /** The environment in which the journeys find the same browsers. */
  env: NodeJS.ProcessEnv;
}

/**
 * Finds both browsers, and brings what is missing: Playwright's own download first, then Debian's package when we are root.
 * `LAYOVER_TEST_INSTALL=0` forbids both.
 */
export async function bringBrowsers(env: NodeJS.ProcessEnv): Promise<Brought> {
  let missing = browserNames.filter((name) => working(name, env) === null);
  if (missing.length > 0 && env['LAYOVER_TEST_INSTALL'] !== '0') {
    await download(missing, env);
    missing = missing.filter((name) => working(name, env) === null);
    if (missing.length > 0 && canUseApt()) {
      const packages = missing.map((name) => debianPackages[name]);
      await installWithApt(packages, env);
    }
  }
  const found = browserNames.map((name) => working(name, env)).filter((browser) => browser !== null);
  const named = Object.fromEntries(found.map(({ name, path }) => [browserVariables[name], path]));
  return {
    found,
    missing: browserNames.filter((name) => !found.some((browser) => browser.name === name)),
    env: { ...env, ...named },
  };
}

/** Says what is missing and the one command that brings it. */
export function describeMissing(missing: readonly BrowserName[]): string {
  const command = existsSync('/etc/debian_version')
    ? `sudo apt-get install -y ${missing.map((name) => debianPackages[name]).join(' ')}`
    : `npx playwright install --with-deps ${missing.join(' ')}`;
  return `The journeys have no working ${missing.join(' and no ')}. This brings it: ${command}`;
}

/** The browser when it starts, else null. */
function working(name: BrowserName, env: NodeJS.ProcessEnv): Browser | null {
  const browser = findBrowser(name, env);
  return browser !== null && runs(browser) ? browser : null;
}

async function download(missing: readonly BrowserName[], env: NodeJS.ProcessEnv): Promise<void> {
  console.log(
    `No working ${missing.join(' and no ')} here: fetching Playwright's own, for at most ${downloadLimitMs / 60_000} minutes.`,
  );
  const code = await runStep({
    file: process.execPath,
    args: [join(root, 'node_modules/@playwright/test/cli.js'), 'install', ...missing],
    env: { ...env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
    limitMs: downloadLimitMs,
  });
  if (code !== 0) console.log('The download did not work.');
}

/** What Debian calls the third engine, and the display that it needs. */
const webKitPackages = ['webkit2gtk-driver', 'xvfb'];

/** Whether Debian's WebKitGTK can be driven here: `absent` where no system but Debian's kind has it. Brings it when it may. */
export async function bringWebKit(env: NodeJS.ProcessEnv): Promise<'there' | 'missing' | 'absent'> {
  if (!existsSync('/etc/debian_version')) return 'absent';
  if (!webKitIsThere() && env['LAYOVER_TEST_INSTALL'] !== '0' && canUseApt()) await installWithApt(webKitPackages, env);
  return webKitIsThere() ? 'there' : 'missing';
}

/** Says what is missing and the one command that brings it. */
export function describeMissingWebKit(): string {
  return `The smoke in WebKitGTK has no browser. This brings it: sudo apt-get install -y ${webKitPackages.join(' ')}`;
}

function webKitIsThere(): boolean {
  return existsSync(WEBKIT_DRIVER) && existsSync(DISPLAY_SERVER);
}

function canUseApt(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

async function installWithApt(packages: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  console.log(`Installing ${packages.join(' and ')} with apt. (LAYOVER_TEST_INSTALL=0 forbids this.)`);
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await runStep({ file: 'apt-get', args: ['update', '-qq'], env: quiet, limitMs: aptLimitMs });
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  await runStep({ file: 'apt-get', args, env: quiet, limitMs: aptLimitMs });
}
