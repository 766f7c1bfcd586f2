import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, firefox } from '@playwright/test';

export type BrowserName = 'chromium' | 'firefox';

/** A browser on this machine. `own` is the build that Playwright itself downloads; `system` came with the machine. */
export interface Browser {
  name: BrowserName;
  path: string;
  origin: 'own' | 'system';
}

export type Browsers = Record<BrowserName, Browser | null>;

export const browserNames: readonly BrowserName[] = ['chromium', 'firefox'];

const own: Record<BrowserName, () => string> = {
  chromium: () => chromium.executablePath(),
  firefox: () => firefox.executablePath(),
};

const commands: Record<BrowserName, readonly string[]> = {
  chromium: ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'],
  firefox: ['firefox-esr', 'firefox'],
};

const fixedPaths: Record<BrowserName, readonly string[]> = {
  chromium: [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
};

/** What the environment variables are called that name a browser's executable. */
export const browserVariables: Record<BrowserName, string> = {
  chromium: 'LAYOVER_CHROMIUM',
  firefox: 'LAYOVER_FIREFOX',
};

/** Finds each browser: the one named in the environment, else Playwright's own download, else the machine's. */
export function findBrowsers(env: NodeJS.ProcessEnv): Browsers {
  return { chromium: findBrowser('chromium', env), firefox: findBrowser('firefox', env) };
}

export function findBrowser(name: BrowserName, env: NodeJS.ProcessEnv): Browser | null {
  const named = env[browserVariables[name]];
  const ownPath = own[name]();
  if (named) return { name, path: named, origin: named === ownPath ? 'own' : 'system' };
  if (isExecutable(ownPath)) return { name, path: ownPath, origin: 'own' };
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = commands[name].flatMap((command) => folders.map((folder) => join(folder, command)));
  const path = [...fixedPaths[name], ...onPath].find(isExecutable);
  return path === undefined ? null : { name, path, origin: 'system' };
}

/** True when the browser says its version: a download without the libraries it needs, or a snap's placeholder, does not. */
export function runs(browser: Browser): boolean {
  return spawnSync(browser.path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/**
 * The `use` options that launch this browser. A system Firefox speaks WebDriver BiDi, which Playwright offers
 * under the channel `moz-firefox`; its own build needs no channel.
 */
export function launchOptionsFor(name: BrowserName, browser: Browser | null) {
  if (browser === null) return { browserName: name };
  const launchOptions = { executablePath: browser.path };
  if (name === 'firefox' && browser.origin === 'system')
    return { browserName: name, channel: 'moz-firefox', launchOptions };
  return { browserName: name, launchOptions };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent, or not ours to run: either way the next candidate is asked.
    return false;
  }
}
