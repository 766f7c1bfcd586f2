import type { Page } from '@playwright/test';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { expect, test, type World } from './harness/world.ts';

/** A line that is there and brings nothing, one that wants a sign-in, and what a saved answer looks like on it. */

const QUESTIONS = ['How do I ask for an invoice?', 'Where is the station?', 'When does it open?'];
const FRESH = 'Is there a pharmacy near here?';
const ANSWER = 'Precisava de uma fatura.';

/** Milliseconds that a journey's device waits for the network when it has a saved answer: `harness/world.ts`. */
const LIMIT_MS = 1_000;

/** Asks, and measures in the page how long it takes until the answer stands there. */
async function askTimed(page: Page, text: string): Promise<number> {
  await newConversation(page);
  await question(page).fill(text);
  return page.evaluate(async (answerText) => {
    const startedAt = performance.now();
    const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'Ask');
    button?.click();
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (document.querySelector('article')?.textContent?.includes(answerText)) resolve();
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    return performance.now() - startedAt;
  }, ANSWER);
}

/** Every question has a saved answer on this device. */
async function prepare(page: Page, world: World): Promise<void> {
  world.north.otherwise(answer(ANSWER));
  for (const text of QUESTIONS) {
    await newConversation(page);
    await expect(from(await ask(page, text))).toContainText('Live from');
  }
}

function posts(world: World): number {
  return world.line.seen.filter((request) => request === 'POST /ai').length;
}

/** What a browser does when a network comes: whoever answers has the line probed. */
async function seeNetwork(page: Page): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(page.getByRole('button', { name: 'Online' })).toBeVisible();
}

/** The first ask pays for the silent line, the others do not, and what comes after it is live. */
async function livesWithSilence(page: Page, world: World): Promise<void> {
  await prepare(page, world);
  await world.line.set('silent');
  const before = posts(world);
  const took: number[] = [];
  for (const text of QUESTIONS) {
    took.push(await askTimed(page, text));
    await expect(from(page.getByRole('article').first())).toContainText('Saved on this device');
  }
  expect(took[0]).toBeGreaterThanOrEqual(LIMIT_MS - 10);
  expect(Math.max(...took.slice(1))).toBeLessThan(LIMIT_MS);
  // Only the first was sent: the others did not wait for a network that had just shown what it is.
  expect(posts(world)).toBe(before + 1);

  await world.line.set('through');
  await seeNetwork(page);
  await newConversation(page);
  await expect(from(await ask(page, FRESH))).toContainText('Live from');
  await newConversation(page);
  await expect(from(await ask(page, QUESTIONS[0] ?? ''))).toContainText('From the router’s memory');
}

test(
  '[D110] [D113] a silent line costs one ask its limit; the next saved answers come at once, and when it is back the next ask is live',
  { tag: '@firefox' },
  async ({ page, world }) => {
    await openAsk(page);
    await livesWithSilence(page, world);
  },
);

test('[D110] without a worker the page itself does the same', { tag: '@firefox' }, async ({ browser, world }) => {
  const context = await browser.newContext({ baseURL: world.line.origin, serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto('/');
  await expect(question(page)).toBeVisible();
  // Before the page knows by which rules, it keeps nothing.
  await expect(page.getByText('Guest of this computer').first()).toBeVisible();
  await livesWithSilence(page, world);
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  await context.close();
});

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(
    `[D120] a saved answer comes word by word, unless less motion is wanted: ${reducedMotion}`,
    // This Firefox cannot be told over its driver to want less motion.
    { tag: reducedMotion === 'reduce' ? [] : ['@firefox'] },
    async ({ browser, world }) => {
      const words = Array.from({ length: 40 }, (_, nth) => `word${nth + 1}`).join(' ');
      world.north.script(answer(words));
      const context = await browser.newContext({ baseURL: world.line.origin, reducedMotion });
      const page = await context.newPage();
      await openAsk(page);
      await expect(from(await ask(page, FRESH))).toContainText('Live from');
      await world.line.set('down');
      await newConversation(page);
      await question(page).fill(FRESH);
      const tookMs = await page.evaluate(async () => {
        const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'Ask');
        button?.click();
        return new Promise<number>((resolve) => {
          let beganAt: number | null = null;
          const look = (): void => {
            const text = document.querySelector('article .prose')?.textContent ?? '';
            if (text.includes('word1')) beganAt ??= performance.now();
            if (beganAt !== null && text.includes('word40')) resolve(performance.now() - beganAt);
          };
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        });
      });
      // 39 steps of 40 ms, or none.
      if (reducedMotion === 'reduce') expect(tookMs).toBeLessThan(700);
      else expect(tookMs).toBeGreaterThan(1_200);
      const turn = page.getByRole('article').first();
      await expect(turn.locator('.prose')).toHaveText(words);
      await expect(from(turn)).toContainText('Saved on this device');
      await context.close();
    },
  );
}

test(
  '[D133] a Wi-Fi that wants a sign-in is shown its page by a button, and afterwards what waited goes',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer(ANSWER));
    await openAsk(page);
    await world.line.set('portal');
    const turn = await ask(page, FRESH);
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    const pill = page.getByRole('button', { name: 'Wi-Fi wants a sign-in' });
    await pill.click();
    const evidence = page.getByRole('region', { name: 'What the line was judged by' });
    await expect(evidence.getByRole('link', { name: 'Open its sign-in page' })).toBeVisible();
    await page.keyboard.press('Escape');

    const opened = page.context().waitForEvent('page');
    await turn.getByRole('link', { name: 'Open its sign-in page' }).click();
    const portal = await opened;
    await expect(portal.getByText('PORTAL-MARK')).toBeVisible();
    await world.line.set('through');
    await portal.close();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

    await expect(turn.getByText(ANSWER)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Online' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Open its sign-in page' })).toHaveCount(0);
    expect(world.north.calls).toHaveLength(1);
  },
);
