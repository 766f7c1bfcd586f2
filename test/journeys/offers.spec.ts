import type { Page } from '@playwright/test';
import { fakeLanguageModel, type FakeLanguageModel, type LanguageModelScript } from '../fakes/language-model.ts';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk } from './harness/asking.ts';
import { axeFindings, listenToStatus } from './harness/reading.ts';
import { expect, test } from './harness/world.ts';

const SAVED = 'How do I ask for an invoice in Portuguese?';
const ALIKE = 'In Portuguese, how can I ask politely for an invoice?';
const ANSWER = 'Precisava de uma fatura.';

/** Puts a model under the browser's own name, before the page looks. */
async function giveModel(page: Page, script: LanguageModelScript): Promise<void> {
  const source = `Object.defineProperty(globalThis, 'LanguageModel', {
    configurable: true, writable: true, value: (${fakeLanguageModel.toString()})(${JSON.stringify(script)}) });`;
  await page.addInitScript({ content: source });
}

function releaseModel(page: Page): Promise<void> {
  return page.evaluate(() => (globalThis as unknown as { LanguageModel: FakeLanguageModel }).LanguageModel.release());
}

test(
  '[G50] [G55] [G56] offline, a like question is offered under its own words, and answers only itself',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER), answer('Claro que sim.'));
    const said = await listenToStatus(page);
    await openAsk(page);
    await expect(from(await ask(page, SAVED))).toContainText('Live from');

    await world.line.set('down');
    await newConversation(page);
    const turn = await ask(page, ALIKE);
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    await expect(
      turn.getByText('Nothing is saved for your question. One comes close; it answers another one.'),
    ).toBeVisible();
    const offer = turn.getByRole('group', { name: 'A similar question, answered before' });
    await expect(offer.getByRole('heading')).toHaveText(SAVED);
    await expect(offer.locator('p mark')).toHaveText(['politely']);
    await expect(offer).toContainText(
      /Saved on this device, (just now|\d+ min ago)\. Answered by openai\/north-large then\./,
    );
    expect(await said()).toContain('A similar question was answered before.');
    await expect(turn.getByText(ANSWER)).toHaveCount(0);
    expect(await axeFindings(page)).toEqual([]);

    await offer.getByRole('button', { name: 'Read it anyway' }).click();
    await expect(offer.getByText('This answers the question above, not yours.')).toBeVisible();
    await expect(offer.getByText(ANSWER)).toBeVisible();
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    await expect(page.locator('.ticket')).toHaveCount(0);
    expect(await axeFindings(page)).toEqual([]);

    await world.line.set('through');
    await page.reload();
    await expect(turn.getByText('Claro que sim.')).toBeVisible();
    await expect(turn.getByText(ANSWER)).toHaveCount(0);
    expect(world.north.calls).toHaveLength(2);
  },
);

test('[G56] what somebody reads of a like question folds below the answer that comes', async ({ page, world }) => {
  world.north.script(answer(ANSWER), answer('Claro que sim.'));
  await openAsk(page);
  await expect(from(await ask(page, SAVED))).toContainText('Live from');
  await world.line.set('down');
  await newConversation(page);
  const turn = await ask(page, ALIKE);
  await turn.getByRole('button', { name: 'Read it anyway' }).click();
  await world.line.set('through');
  await turn.getByRole('button', { name: 'Send now' }).click();
  await expect(turn.getByText('Claro que sim.')).toBeVisible();
  await expect(turn.getByText(ANSWER)).toBeHidden();
  await turn.getByText('The similar question that you read').click();
  await expect(turn.getByText(ANSWER)).toBeVisible();
});

test('[G51] the opposite question is never offered', async ({ page, world }) => {
  world.north.script(answer('In the settings.'));
  await openAsk(page);
  await expect(from(await ask(page, 'How do I turn on dark mode?'))).toContainText('Live from');
  await world.line.set('down');
  await newConversation(page);
  const opposite = await ask(page, 'How do I turn off dark mode?');
  await expect(opposite.getByText('Waiting to be sent')).toBeVisible();
  const same = await ask(page, 'How do I enable dark mode?');
  await expect(same.getByRole('group')).toHaveCount(1);
  await expect(opposite.getByRole('group')).toHaveCount(0);
});

test('[G60] a browser without a model offers none', async ({ page, world }) => {
  await giveModel(page, { availability: 'unavailable' });
  await openAsk(page);
  await world.line.set('down');
  const turn = await ask(page, SAVED);
  await expect(turn.getByText('Waiting to be sent')).toBeVisible();
  await expect(turn.locator('.offers')).toBeAttached();
  await expect(turn.getByRole('button', { name: /on this device/ })).toHaveCount(0);
});

test(
  '[G61] [G63] [G64] the model of this device answers on a press, beside the ask, which still goes',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER));
    await giveModel(page, { availability: 'available', pieces: ['Say: **fatura**', ', por favor.'], holdAt: 1 });
    await openAsk(page);
    await world.line.set('down');
    const turn = await ask(page, SAVED);
    const button = turn.getByRole('button', { name: 'Answer on this device (simpler)' });
    await expect(button).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await button.click();
    const written = turn.getByRole('region', { name: 'Written on this device' });
    await expect(written.locator('strong')).toHaveText('fatura');
    await expect(written.getByText('On this device, simpler:')).toBeVisible();
    await expect(written.getByRole('button', { name: 'Stop' })).toBeVisible();
    await releaseModel(page);
    await expect(written.locator('.prose')).toHaveText('Say: fatura, por favor.');
    await expect(written.locator('.from')).toContainText(
      'Written on this device, simpler. The browser’s own model wrote it; Layover sent nothing for it. Your question still waits to be sent.',
    );
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    await expect(page.locator('.ticket')).toHaveCount(0);
    expect(await axeFindings(page)).toEqual([]);

    await world.line.set('through');
    await turn.getByRole('button', { name: 'Send now' }).click();
    await expect(turn.getByText(ANSWER)).toBeVisible();
    const folded = turn.getByText('What this device wrote meanwhile, simpler');
    await expect(folded).toBeVisible();
    await expect(turn.getByText('por favor')).toBeHidden();
    await folded.click();
    await expect(turn.getByText('por favor')).toBeVisible();

    // Elsewhere and back: it is still there, and only there.
    await page.getByRole('link', { name: 'Saved' }).first().click();
    await expect(page.getByRole('article', { name: SAVED })).toHaveCount(1);
    await page.getByRole('button', { name: SAVED, exact: true }).click();
    await expect(page.getByText(ANSWER)).toBeVisible();
    await expect(page.getByText('por favor')).toHaveCount(0);
    await page.goBack();
    await expect(page.getByText('What this device wrote meanwhile, simpler')).toBeVisible();
    expect(world.north.calls).toHaveLength(1);
  },
);

test('[G63] the model of this device is stopped, and its words stay', async ({ page, world }) => {
  await giveModel(page, { availability: 'available', pieces: ['Half of it ', 'and more.'], holdAt: 1 });
  await openAsk(page);
  await world.line.set('down');
  const turn = await ask(page, SAVED);
  await turn.getByRole('button', { name: 'Answer on this device (simpler)' }).click();
  await expect(turn.getByText('Half of it')).toBeVisible();
  await turn.getByRole('button', { name: 'Stop' }).click();
  await expect(turn.locator('.on-device .from')).toContainText('You stopped it.');
  await expect(turn.getByText('Half of it')).toBeVisible();
  await expect(turn.getByRole('button', { name: 'Write it again' })).toBeVisible();
});

test(
  '[G61] [G62] in Travel the model of this device is downloaded on a press, and is ready',
  { tag: '@firefox' },
  async ({ page }) => {
    await giveModel(page, { availability: 'downloadable', holdDownload: true });
    await openAsk(page);
    await page.getByRole('link', { name: 'Travel' }).first().click();
    const sheet = page.getByRole('region', { name: 'Answers without any network' });
    await expect(sheet.getByRole('status')).toContainText('Not downloaded.');
    expect(await axeFindings(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Download the model' }).click();
    await expect(sheet.getByRole('status')).toContainText('Being downloaded.');
    await expect(sheet.getByText('50 %')).toBeVisible();
    await releaseModel(page);
    await expect(sheet.getByRole('status')).toContainText('Ready.');
    expect(await axeFindings(page)).toEqual([]);
  },
);
