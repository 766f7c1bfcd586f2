import type { Page } from '@playwright/test';
import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, say } from '../fakes/provider/script.ts';
import { ask, from, openAsk, question } from './harness/asking.ts';
import { listenToStatus, movements, showsFocus } from './harness/reading.ts';
import { expect, test } from './harness/world.ts';

/** Layover without a pointer, without movement, and by ear. */

test('the keyboard reaches everything on the way round, and always shows where it is', async ({ page, world }) => {
  world.north.otherwise(
    answer('| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst x = 1;\n```\n\n[there](https://there.example)'),
  );
  await page.setViewportSize({ width: 1440, height: 900 });
  await openAsk(page);
  await expect(from(await ask(page, 'Something?'))).toContainText('Live from');
  await page.reload();
  await expect(page.getByRole('table')).toBeVisible();

  const met: string[] = [];
  const unlit: string[] = [];
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    const name = await focusName(page);
    if (name === null || (name === met[0] && step > 0)) break;
    met.push(name);
    if (!(await showsFocus(page))) unlit.push(name);
  }
  expect(met[0]).toBe('To the question field');
  for (const name of ['Ask', 'Waiting', 'Saved', 'Console', 'New conversation', 'Something?', 'Network', 'Online'])
    expect(met).toContain(name);
  for (const name of ['Table', 'Copy', 'Code, TypeScript', 'there (there.example)', 'Ask again', 'say'])
    expect(met).toContain(name);
  expect(met.at(-1)).toBe('Ask');
  expect(unlit).toEqual([]);
});

test('by keyboard: skip to the question, Tab to Ask, Enter sends', async ({ page, world }) => {
  world.north.otherwise(answer('Answered.'));
  await openAsk(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'To the question field' })).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(question(page)).toBeFocused();
  await page.keyboard.type('By the button?');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Ask', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(from(page.getByRole('article').first())).toContainText('Live from');
  await expect(question(page)).toBeFocused();
  await page.keyboard.type('By Enter?');
  await page.keyboard.press('Enter');
  await expect(from(page.getByRole('article').nth(1))).toContainText('Live from');
  expect(world.north.calls).toHaveLength(2);
});

test('Escape closes what was opened, and the focus is back where it came from', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openAsk(page);
  const pill = page.locator('.pill');
  await pill.focus();
  await page.keyboard.press('Enter');
  const simulate = page.getByRole('button', { name: 'Simulate the network' });
  await expect(simulate).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(simulate).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(simulate).toBeHidden();
  await expect(pill).toBeFocused();

  const network = page.getByRole('button', { name: 'Network', exact: true });
  await network.focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', { name: 'Simulate the network' });
  await expect(panel).toBeVisible();
  await expect(panel.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(network).toBeFocused();

  await network.press('Enter');
  await panel.getByRole('button', { name: 'Close' }).press('Enter');
  await expect(panel).toBeHidden();
  await expect(network).toBeFocused();

  await pill.press('Enter');
  await simulate.press('Enter');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(pill).toBeFocused();
});

test('[G28] an ask that waits is taken back into the question field by keyboard', async ({ page, world }) => {
  world.north.otherwise(answer('Answered.'));
  await openAsk(page);
  await expect(from(await ask(page, 'Asked before?'))).toContainText('Live from');
  const conversation = page.url();
  await world.line.set('down');
  await ask(page, 'For later?');
  await page.getByRole('link', { name: 'Waiting' }).first().press('Enter');
  await page.getByRole('button', { name: 'Edit' }).press('Enter');
  await expect(question(page)).toHaveValue('For later?');
  await expect(question(page)).toBeFocused();
  await expect(page.getByText('Ask cancelled.')).toBeHidden();
  // It is asked again where it was asked, with what was said before.
  expect(page.url()).toBe(conversation);
  await expect(page.getByRole('main').getByText('Asked before?')).toBeVisible();
});

test('who wants no movement gets none, not even while an answer arrives', async ({ page, world }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const middle = gate();
  world.north.script([say('The first words'), hold(middle), say('.')]);
  await openAsk(page);
  const turn = await ask(page, 'How?');
  await expect(turn.getByText('The first words')).toBeVisible();
  expect(await movements(page)).toEqual([]);
  await page.locator('.pill').click();
  expect(await movements(page)).toEqual([]);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe('auto');
  middle.open();
  await expect(from(turn)).toContainText('Live from');
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  expect(await movements(page)).toEqual([]);
});

test('[G13] a change of the line is said aloud once, however many asks meet it', async ({ page, world }) => {
  world.north.otherwise(answer('Answered.'));
  const heard = await listenToStatus(page);
  const line = async (): Promise<string[]> =>
    (await heard()).filter(
      (words) => ['Online.', 'Offline.', 'The line is slow.'].includes(words) || /Wi-Fi/.test(words),
    );
  await openAsk(page);
  await ask(page, 'First?');
  await expect.poll(line, { timeout: 10_000 }).toEqual(['Online.']);
  await world.line.set('down');
  for (const text of ['Second?', 'Third?']) {
    await expect((await ask(page, text)).getByText('Waiting to be sent')).toBeVisible();
  }
  await expect.poll(line, { timeout: 10_000 }).toEqual(['Online.', 'Offline.']);
  await expect((await ask(page, 'Fourth?')).getByText('Waiting to be sent')).toBeVisible();
  await world.line.set('portal');
  await ask(page, 'Fifth?');
  await expect.poll(line, { timeout: 10_000 }).toEqual(['Online.', 'Offline.', 'This Wi-Fi wants a sign-in.']);
});

/** What a screen reader would call the focused element, roughly; null when nothing has the focus. */
function focusName(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return null;
    return focused.getAttribute('aria-label') ?? (focused.textContent.trim().split(',')[0] || focused.id);
  });
}
