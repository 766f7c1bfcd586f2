import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { findBrowsers } from './run/browsers.ts';
import { startFaultyLine } from './fakes/faulty-line.ts';
import { startRouter, temporaryFolder } from './journeys/harness/router-process.ts';

/**
 * `npm run screenshots`: the pictures of the README, from the built page against a router with the demo providers.
 * `npm run screenshots -- --all FOLDER` takes every view in every size and theme, to look at.
 */

interface Dress {
  size: { width: number; height: number };
  theme: 'light' | 'dark';
}

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const README_FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));

/** Questions that show what an answer can hold: a table, code, words in other scripts. */
const TABLE = 'Compare train and plane for Porto to Madrid, as a table.';
const CODE = 'Write a function that adds up a per diem, in TypeScript.';
const PHRASE = 'How do I ask for an invoice with our VAT number, in Portuguese?';
const WAITS = 'Draft a reply to Marta: I arrive one day later and keep the room until Saturday.';

async function ask(page: Page, text: string, until: RegExp): Promise<void> {
  await page.getByRole('textbox', { name: 'Your question' }).fill(text);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('article').last().getByText(until).first().waitFor();
}

async function openAsk(page: Page): Promise<void> {
  await page.goto('/');
  await page.locator('html[data-travel="ready"]').waitFor({ state: 'attached' });
}

/** Plays the same story in a context and takes a picture of each chapter that is wanted. */
async function tell(context: BrowserContext, story: Story): Promise<void> {
  const { line, consoleLink, take } = story;
  const page = await context.newPage();
  await openAsk(page);
  await take(page, 'empty');
  await ask(page, PHRASE, /Live from|memory/);
  await ask(page, TABLE, /Live from|memory/);
  await ask(page, CODE, /Live from|memory/);
  await take(page, 'ask');

  await packUp(page);
  await take(page, 'travel');

  await line.set('down');
  await page.getByRole('link', { name: 'Ask' }).first().click();
  await page.getByRole('link', { name: 'New conversation' }).first().click();
  await ask(page, PHRASE, /Saved on this device/);
  await ask(page, WAITS, /Waiting to be sent/);
  await take(page, 'offline');
  await page
    .getByRole('link', { name: /^Waiting/ })
    .first()
    .click();
  await page.getByRole('main').getByText(WAITS).first().waitFor();
  await take(page, 'waiting');
  await page.getByRole('link', { name: 'Saved' }).first().click();
  await page.getByRole('main').getByText(PHRASE).first().waitFor();
  await take(page, 'saved');

  await line.set('through');
  if (consoleLink === null) return;
  await page.goto(consoleLink);
  await page.getByRole('heading', { name: /Success/ }).waitFor();
  await take(page, 'console');
}

/** Makes a travel pack and has it answered ahead. */
async function packUp(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Travel' }).first().click();
  await page.getByRole('button', { name: 'Make a pack' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Lisbon demo');
  await page.getByRole('textbox', { name: 'Prompts, one per line' }).fill([PHRASE, TABLE, CODE].join('\n'));
  await page.getByRole('button', { name: 'Save the pack' }).click();
  await page.getByRole('button', { name: /^Get ready/ }).click();
  await page.getByText('You can demo this with the network off.').waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
}

interface Story {
  line: Awaited<ReturnType<typeof startFaultyLine>>;
  /** Null where no operator signs in. */
  consoleLink: string | null;
  take: (page: Page, chapter: string) => Promise<void>;
}

async function play(dress: Dress, take: Story['take']): Promise<void> {
  const folder = await temporaryFolder();
  const router = await startRouter({ dataFolder: folder.path, environment: { LAYOVER_DEMO_PACE: '0.15' } });
  const line = await startFaultyLine(router.origin);
  const { chromium: found } = findBrowsers(env);
  const browser = await chromium.launch(found === null ? {} : { executablePath: found.path });
  const context = await browser.newContext({
    baseURL: line.origin,
    viewport: dress.size,
    colorScheme: dress.theme,
    // A saved answer then stands whole at once.
    reducedMotion: 'reduce',
    deviceScaleFactor: 2,
    hasTouch: dress.size.width < 800,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  await warmUp(router.origin);
  await tell(context, { line, consoleLink: router.consoleLink.replace(router.origin, line.origin), take });
  await browser.close();
  await line.close();
  await router.kill();
  await folder.remove();
}

/** Some asks of another guest, so that the Console has figures to show. */
async function warmUp(origin: string): Promise<void> {
  const session = await fetch(`${origin}/api/session`, { method: 'POST', headers: { origin } });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (let round = 1; round <= 24; round++) {
    const response = await fetch(`${origin}/ai`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify({ prompt: `In one line, what to pack for day ${round}?` }),
    });
    await response.arrayBuffer();
  }
}

function writer(folder: string, { size, theme }: Dress, wanted: (chapter: string) => boolean): Story['take'] {
  return async (page, chapter) => {
    if (!wanted(chapter)) return;
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${chapter}-${size.width}-${theme}.png`), animations: 'disabled' });
  };
}

const all = argv.indexOf('--all');
if (all === -1) {
  await mkdir(README_FOLDER, { recursive: true });
  const desk: Dress = { size: DESK, theme: 'light' };
  const phone: Dress = { size: PHONE, theme: 'dark' };
  await play(
    desk,
    writer(README_FOLDER, desk, (chapter) => chapter === 'ask' || chapter === 'console'),
  );
  await play(
    phone,
    writer(README_FOLDER, phone, (chapter) => chapter === 'offline' || chapter === 'travel'),
  );
} else {
  const folder = argv[all + 1] ?? 'test-results/looks';
  await mkdir(folder, { recursive: true });
  for (const size of [PHONE, DESK]) {
    for (const theme of ['light', 'dark'] as const)
      await play(
        { size, theme },
        writer(folder, { size, theme }, () => true),
      );
  }
}
