import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

test('[G100] the router is bypassed for a while by one press and an answer, and by one more no longer', async ({
  page,
  world,
}) => {
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  const bypass = page.getByRole('switch', { name: 'Bypass the router' });
  await bypass.click();
  await expect(bypass).toHaveAttribute('aria-checked', 'false');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByText('The router is bypassed: asks go straight to')).toBeVisible();
  await expect(page.getByText(/^Until \d\d:\d\d, .*It ends by itself, and with the router\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('The router is bypassed')).toBeHidden();
});

test('[G100] a provider is pinned for a while: asks go there alone, and back when the pin is taken off', async ({
  page,
  world,
}) => {
  world.north.otherwise(answer('From the north.'));
  world.south.otherwise(answer('From the south.'));
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await page.getByRole('switch', { name: 'Pin anthropic/south-large' }).click();
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  const asked = (prompt: string): Promise<string> =>
    page.request
      .post(`${world.router.origin}/ai`, {
        headers: { authorization: `Bearer ${world.masterKey}` },
        data: { prompt },
      })
      .then((response) => response.text());
  expect(await asked('Which way?')).toContain('From the south.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeHidden();
  expect(await asked('And now?')).toContain('From the north.');
});

test('[G34] a wrong configuration is refused in words, and a right one is in force', async ({ page, world }) => {
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  const file = join(world.dataFolder, '..', 'layover.yaml');
  const good = await readFile(file, 'utf8');
  await writeFile(file, good.replace('ttl_seconds: 3600', 'ttl_seconds: soon'));
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await expect(page.getByText(/ttl_seconds/)).toBeVisible();
  await writeFile(file, good.replace('Guest answers', 'Front desk'));
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await expect(page.getByText('Read again. It holds for the next ask')).toBeVisible();
});

test('[G101] [G102] a key is made, asks, is shown with what it spent, and is revoked', async ({ page, world }) => {
  world.north.otherwise(answer('Through a key.'));
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('front desk app');
  await page.getByLabel('Client').fill('hotel');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const token = (await page.locator('.made code').innerText()).trim();
  const askWith = (): ReturnType<typeof page.request.post> =>
    page.request.post(`${world.router.origin}/ai`, {
      headers: { authorization: `Bearer ${token}` },
      data: { prompt: 'Is the key good?' },
    });
  expect((await askWith()).status()).toBe(200);
  await page.getByRole('button', { name: 'I have it' }).click();
  await expect(page.getByText(token)).toBeHidden();
  const spend = page.getByRole('region', { name: 'Spend' }).getByRole('listitem').filter({ hasText: 'hotel' });
  await expect(spend).toContainText(/\$0\.\d{4} no cap/, { timeout: 15_000 });

  await page.getByRole('button', { name: 'Revoke front desk app' }).click();
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  await expect(page.getByText('Key front desk app is revoked.')).toBeVisible();
  const refused = await askWith();
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ error: { code: 'key_revoked' } });
});
