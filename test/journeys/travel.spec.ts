import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk } from './harness/asking.ts';
import { axeFindings, sidewaysParts } from './harness/reading.ts';
import { expect, test, type World } from './harness/world.ts';

const PROMPTS = ['What is included in the Sintra tour?', 'Which tours run on Mondays?', 'May a dog come along?'];

/** Makes a pack of these prompts by hand. */
async function makePack(page: Page, prompts: readonly string[] = PROMPTS): Promise<void> {
  await page.getByRole('link', { name: 'Travel' }).first().click();
  await page.getByRole('button', { name: 'Make a pack' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Lisbon demo');
  await page.getByRole('textbox', { name: 'Prompts, one per line' }).fill(prompts.join('\n'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText(`${prompts.length} prompt${prompts.length === 1 ? '' : 's'} added.`)).toBeVisible();
  await page.getByRole('button', { name: 'Save the pack' }).click();
  await expect(page.getByRole('heading', { name: 'Lisbon demo' })).toBeVisible();
}

function script(world: World, count: number): void {
  for (let nth = 0; nth < count; nth++) world.north.script(answer(`Answer ${nth}.`));
}

test('[TR7] [TR32] a pack is made, answered ahead, rehearsed with the network cut, and opens when there is none', async ({
  page,
  world,
}) => {
  await openAsk(page);
  await makePack(page);
  await expect(page.getByText('3 prompts still to be answered.')).toBeVisible();
  script(world, 3);
  await page.getByRole('button', { name: /^Get ready, cost unknown/ }).click();
  await expect(page.getByText('You can demo this with the network off.')).toBeVisible();
  expect(world.north.calls).toHaveLength(3);

  await page.getByRole('button', { name: 'Start rehearsal' }).click();
  await expect(page.getByText('All of it was there. The network is back.')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText(/^Rehearsed: there in \d+ ms\.$/)).toHaveCount(3);
  await expect(page.locator('.tape')).toHaveCount(0);
  await expect(page.locator('.pill')).toContainText('Online');
  expect(world.north.calls).toHaveLength(3);

  // Nothing of it stands in history.
  await expect(page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')).toHaveCount(0);

  await world.line.set('down');
  await newConversation(page);
  await expect(from(await ask(page, PROMPTS[1] ?? ''))).toContainText('Saved on this device');
  await page.reload();
  await page.getByRole('link', { name: 'Travel' }).first().click();
  await expect(page.getByText('You can demo this with the network off.')).toBeVisible();
});

test('[TR1] what is typed and not added is saved with the pack, and the focus goes into the form and out of it', async ({
  page,
}) => {
  await openAsk(page);
  await page.getByRole('link', { name: 'Travel' }).first().click();
  await page.getByRole('button', { name: 'Make a pack' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.getByRole('textbox', { name: 'Name' }).fill('Lisbon demo');
  await page.getByRole('textbox', { name: 'Prompts, one per line' }).fill(PROMPTS.join('\n'));
  await page.getByRole('button', { name: 'Save the pack' }).press('Enter');
  await expect(page.getByText('3 prompts still to be answered.')).toBeVisible();
  await expect(page.getByRole('main')).toBeFocused();
  await page.getByRole('button', { name: 'Edit' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('[TR9] a line that goes while a pack is answered pauses it, and Resume pays for nothing twice', async ({
  page,
  world,
}) => {
  await openAsk(page);
  await makePack(page);
  await world.line.set('down');
  await page.getByRole('button', { name: /^Get ready/ }).click();
  await expect(page.getByText('Paused. There is no connection to the router.')).toBeVisible({ timeout: 20_000 });
  await world.line.set('through');
  script(world, 3);
  await page.reload();
  await page.getByRole('button', { name: /^Resume, 3 left/ }).click();
  await expect(page.getByText('You can demo this with the network off.')).toBeVisible();
  expect(world.north.calls).toHaveLength(3);
});

test('[TR10] [TR15] a pack goes to another device as a file, with the true age of its answers', async ({
  page,
  world,
  browser,
}) => {
  await openAsk(page);
  await makePack(page, PROMPTS.slice(0, 1));
  script(world, 1);
  await page.getByRole('button', { name: /^Get ready/ }).click();
  await expect(page.getByText('You can demo this with the network off.')).toBeVisible();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByLabel('Passphrase').fill('correct horse battery');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export the file' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('Lisbon demo.layover-pack');
  const file = await download.path();
  expect(await readFile(file, 'utf8')).not.toContain('Sintra');

  const context = await browser.newContext({ baseURL: world.line.origin });
  const other = await context.newPage();
  await openAsk(other);
  await other.getByRole('link', { name: 'Travel' }).first().click();
  await other.getByRole('button', { name: 'Import one' }).click();
  await other.getByLabel('File').setInputFiles(file);
  await other.getByLabel('Passphrase').fill('another passphrase');
  await other.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(other.getByRole('alert')).toContainText('another passphrase, or the file was changed');
  await other.getByLabel('Passphrase').fill('correct horse battery');
  await other.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(other.getByText('You can demo this with the network off.')).toBeVisible();
  await expect(other.getByText(/from a file/)).toBeVisible();
  await world.line.set('down');
  await newConversation(other);
  await expect(from(await ask(other, PROMPTS[0] ?? ''))).toContainText('Saved on this device');
  expect(world.north.calls).toHaveLength(1);
  await context.close();
});

test('[TR21] preflight says what is wrong first, each with its remedy, and then what is fine', async ({
  page,
  world,
}) => {
  await openAsk(page);
  await page.getByRole('link', { name: 'Travel' }).first().click();
  const preflight = page.getByRole('region', { name: 'Preflight' });
  await expect(preflight.getByText(/of 9 fine, checked/)).toBeVisible({ timeout: 15_000 });
  await expect(preflight.getByRole('heading', { name: /Opens offline ?: Fine/ })).toContainText(/\d+ files/);
  await expect(preflight.getByRole('heading', { name: /Worker in control ?: Fine/ })).toBeVisible();
  await expect(preflight.getByRole('heading', { name: /Clock ?: Fine/ })).toBeVisible();
  await expect(preflight.getByRole('heading', { name: /No travel pack ?: Attention/ })).toBeVisible();
  await expect(preflight.getByRole('heading', { name: /Providers ?: Not measured/ })).toBeVisible();
  expect(world.north.calls).toHaveLength(0);
  await world.line.set('down');
  await preflight.getByRole('button', { name: 'Check again' }).click();
  await expect(preflight.getByRole('heading', { name: /The router cannot be reached ?: Attention/ })).toBeVisible();
  await expect(preflight.getByRole('heading', { name: /Clock ?: Not measured/ })).toBeVisible();
});

test('[TR31] everything is forgotten after it was asked, packs and all', async ({ page, world }) => {
  await openAsk(page);
  await makePack(page, PROMPTS.slice(0, 1));
  script(world, 1);
  await page.getByRole('button', { name: /^Get ready/ }).click();
  await expect(page.getByText('You can demo this with the network off.')).toBeVisible();
  const stored = page.getByRole('region', { name: 'Stored on this device' });
  await expect(stored.getByText('1 answer of at most 10,000.')).toBeVisible();
  await stored.getByRole('button', { name: 'Forget everything' }).click();
  await expect(stored.getByText(/1 travel pack goes too/)).toBeVisible();
  await stored.getByRole('button', { name: 'Forget it all' }).click();
  await expect(page.getByText('No travel pack yet')).toBeVisible();
  await expect(stored.getByText('0 answers of at most 10,000.')).toBeVisible();
});

for (const [place, width, height, colorScheme] of [
  ['a phone', 360, 740, 'dark'],
  ['a desk', 1440, 900, 'light'],
] as const) {
  test(`axe finds nothing in Travel and nothing scrolls sideways, on ${place}, ${colorScheme}`, async ({
    page,
    world,
  }) => {
    test.setTimeout(90_000);
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const check = async (state: string): Promise<void> => {
      expect.soft(await axeFindings(page), state).toEqual([]);
      expect.soft(await sidewaysParts(page), state).toEqual([]);
    };
    await openAsk(page);
    await page.getByRole('link', { name: 'Travel' }).first().click();
    await expect(page.getByText(/fine, checked/)).toBeVisible();
    await check('nothing yet');
    await page.getByRole('button', { name: 'Make a pack' }).click();
    await check('a form');
    await page.getByRole('button', { name: 'Cancel' }).click();
    const long = 'Averylongwordthatdoesnotend'.repeat(8);
    await makePack(page, [...PROMPTS, long, 'Write to ada@example.com']);
    script(world, 4);
    await page.getByRole('button', { name: /^Get ready/ }).click();
    await expect(page.getByText('Everything that can be kept is ready.')).toBeVisible();
    await check('a pack that is ready');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: 'Export the file' }).click();
    await expect(page.getByRole('alert')).toContainText('at least 12 characters');
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await check('forms with a mistake');
    await page.getByRole('button', { name: 'Keep everything' }).click();
    // It may be over before anybody looks, so whoever waits for it is told.
    const tape = page.evaluate(
      () =>
        new Promise((resolve) => {
          const look = (): void => void (document.querySelector('.tape') !== null && resolve('shown'));
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
        }),
    );
    await page.getByRole('button', { name: 'Start rehearsal' }).click();
    expect(await tape).toBe('shown');
    await expect(page.getByText('All of it was there.')).toBeVisible({ timeout: 20_000 });
    await check('rehearsed');
  });
}
