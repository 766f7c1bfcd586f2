import type { Page } from '@playwright/test';
import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, refuse, say } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { test } from './harness/own-router.ts';
import { axeFindings, sidewaysParts } from './harness/reading.ts';
import { expect, type World } from './harness/world.ts';

/** Every view in every state that a person can meet: read by everybody, and no wider than the screen. */

const LONG = 'Averylongwordthatdoesnotend'.repeat(12);
const WIDE_ROW = `| ${Array.from({ length: 14 }, (_, at) => `Column ${at}`).join(' | ')} |`;
const ANSWER = [
  `# Heading\n\nWords, \`code\`, **strong**, [a link](https://somewhere.example/${LONG}) and ${LONG}.`,
  `> Somebody said so.\n\n1. one\n2. two\n\n- [x] done\n- [ ] open\n\nمرحبا بالعالم, 日本語のテキスト.`,
  `${WIDE_ROW}\n${WIDE_ROW.replaceAll(/[^|]+/g, '---')}\n${WIDE_ROW}`,
  `\`\`\`ts\nconst words = 'one'; // ${LONG}\nif (words) call(1);\n\`\`\``,
].join('\n\n');

type Check = (view: string) => Promise<void>;

/** Goes through the views as a person would and calls `check` in each state. */
async function walkThrough(page: Page, world: World, check: Check): Promise<void> {
  const middle = gate();
  await openAsk(page);
  await check('an empty conversation');
  world.north.script([say('# Heading\n\nThe first words'), hold(middle), say('.')]);
  const growing = await ask(page, 'How does it begin?');
  await expect(growing.getByText('The first words')).toBeVisible();
  await check('an answer that arrives');
  middle.open();
  await expect(from(growing)).toContainText('Live from');
  await startOver(page);
  world.north.script(answer(ANSWER));
  const asked = `What is everything? ${LONG}`;
  await expect(from(await ask(page, asked))).toContainText('Live from');
  await check('an answer with a table and code');
  await page.locator('.pill').click();
  await check('what the line is judged by');
  await page.getByRole('button', { name: 'Simulate the network' }).click();
  await expect(page.getByRole('heading', { name: 'Simulate the network' })).toBeVisible();
  await check('the developer panel');
  await page.getByRole('button', { name: /^Slow/ }).click();
  await expect(page.locator('.tape')).toBeVisible();
  await check('a simulated network');
  await page.getByRole('button', { name: 'Real network' }).first().click();
  await expect(page.locator('.tape')).toHaveCount(0);
  if (await page.locator('.panel').isVisible()) await page.getByRole('button', { name: 'Close' }).click();

  world.north.script(
    refuse(400, { error: { message: 'No.', type: 'invalid_request_error', param: null, code: null } }),
  );
  world.south.script(refuse(400, { type: 'error', error: { type: 'invalid_request_error', message: 'No.' } }));
  await startOver(page);
  await expect(await ask(page, 'Will you not?')).toHaveAttribute('aria-label', /no answer/);
  await check('no answer');

  await world.line.set('down');
  await startOver(page);
  await expect(from(await ask(page, asked))).toContainText('Saved on this device');
  await check('a saved answer');
  await startOver(page);
  await expect((await ask(page, `And offline? ${LONG}`)).getByText('Waiting to be sent')).toBeVisible();
  await check('an ask that waits');
  await page.getByRole('link', { name: 'Waiting' }).first().click();
  await expect(page.getByRole('button', { name: 'Send now' })).toBeVisible();
  await check('the Waiting view');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Nothing waits')).toBeVisible();
  await check('a Waiting view with nothing in it');
  await page.getByRole('link', { name: 'Saved' }).first().click();
  await page
    .getByRole('main')
    .getByRole('button', { name: /What is everything/ })
    .click();
  await expect(page.getByRole('table')).toBeVisible();
  await check('the Saved view');
  await page.getByRole('button', { name: 'Forget' }).first().click();
  await expect(page.getByText('Forgotten on this device.')).toBeVisible();
  await check('something forgotten');

  await world.line.set('through');
  await page.goto('/console');
  await expect(page.getByRole('heading', { name: 'The Console is the operator’s' })).toBeVisible();
  await check('the Console for somebody else');
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  await expect(page.getByText(/north/).first()).toBeVisible();
  await check('the Console');
}

async function startOver(page: Page): Promise<void> {
  await newConversation(page);
  await expect(page.getByRole('article')).toHaveCount(0);
}

const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [place, size] of Object.entries(SIZES)) {
    test(`axe finds nothing in any view, ${colorScheme}, on a ${place}`, async ({ page, world }) => {
      test.setTimeout(150_000);
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await walkThrough(page, world, async (view) => {
        expect.soft(await axeFindings(page), view).toEqual([]);
      });
    });
  }
}

test('no view scrolls sideways at 360 pixels', async ({ page, world }) => {
  test.setTimeout(90_000);
  await page.setViewportSize({ width: 360, height: 740 });
  await walkThrough(page, world, async (view) => {
    expect.soft(await sidewaysParts(page), view).toEqual([]);
  });
});

test('[G5] somebody who is signed out is told what to do, keeps the words, and everybody can read it', async ({
  browser,
  openRouter,
}) => {
  // Beyond this computer nobody is a guest.
  const router = await openRouter({ environment: { HOST: '0.0.0.0' } });
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ baseURL: router.origin, colorScheme, viewport: SIZES.phone });
    const page = await context.newPage();
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await question(page).fill('Not lost');
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await sidewaysParts(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect(question(page)).toHaveValue('Not lost');
    await context.close();
  }
});
