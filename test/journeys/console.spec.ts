import { answer } from '../fakes/provider/script.ts';
import { ask, from, openAsk } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** The operator's view over a router that fails, is broken on purpose, and goes away. */

test('[G24] figures that cannot be renewed stay, with their age and the word that they are not live', async ({
  page,
  world,
}) => {
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  await world.line.set('down');
  await expect(page.getByText(/These are its last figures, just now; they are not live/)).toBeVisible({
    timeout: 15_000,
  });
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  await world.line.set('through');
  await expect(page.getByText(/they are not live/)).toBeHidden({ timeout: 15_000 });
});

test('[F1] a fault laid over the first provider moves asks to the second, and is undone by hand', async ({
  page,
  world,
}) => {
  world.north.otherwise(answer('From the north.'));
  world.south.otherwise(answer('From the south.'));
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  const north = page.getByRole('article', { name: /north-large/ });
  await north.getByText('Break it on purpose').click();
  await north.getByRole('switch', { name: /Revoke its key/ }).click();
  await expect(page.getByText('A fault is on, on purpose.')).toBeVisible();
  await expect(page.getByText('Healthy')).toHaveCount(1);
  await expect(page.getByText('Failing on purpose')).toBeVisible();

  await openAsk(page);
  await expect((await ask(page, 'Which way?')).getByText('From the south.')).toBeVisible();
  expect(world.north.refusedKeys).toBe(1);

  await page.goto('/console');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('A fault is on, on purpose.')).toBeHidden();
  await openAsk(page);
  const turn = await ask(page, 'And now?');
  await expect(from(turn)).toContainText('Live from');
});

test('[G27] a guest is told whose the Console is, and is not called signed out', async ({ page }) => {
  await openAsk(page);
  await page.goto('/console');
  await expect(page.getByText('You are a guest here.')).toBeVisible();
  await expect(page.getByText('You are signed out.')).toBeHidden();
});
