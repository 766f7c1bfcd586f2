import type { Page } from '@playwright/test';
import type { LayoverConsole } from '../../src/developer/start.ts';
import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, say } from '../fakes/provider/script.ts';
import { scenario, scenarioText } from '../fakes/scenarios.ts';
import { ask, from, newConversation, openAsk } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** The network simulator in the built page and the real worker: its script, and every way to begin and end it. */

function tape(page: Page) {
  return page.getByRole('region', { name: 'Network simulated' });
}

/** Says it in the browser's console. */
function simulate(page: Page, wanted: unknown): ReturnType<LayoverConsole['simulate']> {
  return page.evaluate(async (scenario) => {
    if (window.layover === undefined) throw new Error('There is no `layover` here.');
    return window.layover.simulate(scenario);
  }, wanted);
}

async function openDeveloper(page: Page, path = '/'): Promise<void> {
  await openAsk(page, path);
  await page.waitForFunction(() => typeof window.layover?.simulate === 'function');
}

test(
  '[D156] the script of the simulator is there after a restart of the browser without any line',
  { tag: '@firefox' },
  async ({ world }) => {
    world.north.otherwise(answer('Answered.'));
    const first = await world.openBrowser();
    const page = await first.newPage();
    await openDeveloper(page);
    await expect(from(await ask(page, 'Why?'))).toContainText('Live from');
    await first.close();

    await world.line.set('down');
    const second = await world.openBrowser();
    const again = await second.newPage();
    await openDeveloper(again);
    await simulate(again, 'portal');
    await expect(tape(again)).toContainText('Network simulated: portal.');
    await expect(from(await ask(again, 'Why?'))).toContainText('Saved on this device');
    await simulate(again, null);
    await expect(tape(again)).toBeHidden();
  },
);

test('[D157] a change of the script alone is a new version', { tag: '@firefox' }, async ({ page, world }) => {
  await openAsk(page);
  world.line.append('/simulator.js', '\n// the next version\n');
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  await expect(page.getByText('A new version is ready.')).toBeVisible();
});

test(
  '[G40] [G44] the panel has networks as they are met on the way; the banner says what it does now',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    await page.locator('.pill').click();
    await page.getByRole('button', { name: 'Simulate the network' }).click();
    const panel = page.getByRole('region', { name: 'Simulate the network' });
    for (const name of [/^Café/, /^Airport/, /^Plane/, /^Oaxaca/, /^Hotel portal/, /^Full disk/]) {
      await expect(panel.getByRole('button', { name })).toBeVisible();
    }
    await panel.getByRole('button', { name: /^Plane/ }).click();
    await expect(panel.getByRole('button', { name: /^Plane/ })).toHaveAttribute('aria-pressed', 'true');
    await expect(tape(page)).toContainText('Network simulated: plane. Now offline. Step 1 of 2, until ');
    await expect(tape(page)).toContainText('This browser only. It ends by itself at ');
    await panel.getByRole('button', { name: 'Real network' }).click();
    await expect(tape(page)).toBeHidden();
    expect(await page.evaluate(() => document.body.scrollWidth <= innerWidth)).toBe(true);
  },
);

test('[G41] an address begins a scenario once, and is clean again', { tag: '@firefox' }, async ({ page, world }) => {
  world.north.otherwise(answer('Answered.'));
  // On the first visit, too: nothing controls the page yet.
  await openDeveloper(page, '/?scenario=hotel-portal');
  await expect(tape(page)).toContainText('Network simulated: hotel portal. Now a sign-in page answers everything.');
  expect(new URL(page.url()).search).toBe('');
  await expect((await ask(page, 'Why?')).getByText('Waiting to be sent')).toBeVisible();
  await tape(page).getByRole('button', { name: 'End it' }).click();
  await expect(tape(page)).toBeHidden();
  await page.reload();
  await page.waitForFunction(() => typeof window.layover?.simulate === 'function');
  await expect(tape(page)).toBeHidden();

  const json = Buffer.from(JSON.stringify({ name: 'mine', steps: [{ for_ms: 60_000, drop_rate: 0.25 }] }));
  await openDeveloper(page, `/?scenario=${json.toString('base64url')}`);
  await expect(tape(page)).toContainText('Network simulated: mine. Now 25 % of the requests are lost.');
  await simulate(page, null);
  await openDeveloper(page, '/?scenario=nowhere');
  await expect(page.getByText('There is no scenario "nowhere". Known are “café”')).toBeVisible();
});

test(
  '[G42] the console simulates by name, by scenario, and ends it by one call',
  { tag: '@firefox' },
  async ({ page }) => {
    await openDeveloper(page);
    expect(await simulate(page, 'Cafe')).toBe('The network is simulated: café. `layover.simulate(null)` ends it.');
    await expect(tape(page)).toContainText('Network simulated: café.');
    await simulate(page, { name: 'both', drop_rate: 0.5, clock_skew_ms: -3_600_000 });
    await expect(tape(page)).toContainText('Now 50 % of the requests are lost, the clock is 60 min slow.');
    await expect(simulate(page, { latency: 3 })).rejects.toThrow('`latency` is not known here. Known are `name`');
    await expect(simulate(page, 'nowhere')).rejects.toThrow('There is no scenario "nowhere".');
    expect(await simulate(page, null)).toBe('This is the real network.');
    await expect(tape(page)).toBeHidden();
  },
);

test(
  '[G43] [G46] a scenario of one’s own is pasted or opened, its mistakes have lines, and its link begins it',
  { tag: '@firefox' },
  async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: async (text: string) => void Object.assign(window, { copied: text }) },
      });
    });
    await openDeveloper(page);
    await page.keyboard.press('Control+Shift+Period');
    const panel = page.getByRole('region', { name: 'Simulate the network' });
    const text = panel.getByLabel('A scenario as JSON or YAML');
    await text.fill(scenarioText('broken'));
    await panel.getByRole('button', { name: 'Simulate it' }).click();
    await expect(panel.getByText('Line 2: `latency_ms` is "fast". It must be a number of milliseconds')).toBeVisible();
    await expect(panel.getByText('Line 3: `stepz` is not known here.')).toBeVisible();
    await expect(tape(page)).toBeHidden();

    await panel.getByLabel('Open a file').setInputFiles('test/fixtures/scenarios/tunnel.yaml');
    await expect(tape(page)).toContainText('Network simulated: tunnel.');
    await expect(panel.getByText('Line 2')).toBeHidden();
    await panel.getByRole('button', { name: 'Copy as link' }).click();
    await expect(page.getByText('The link is copied.')).toBeVisible();
    await simulate(page, null);
    const link = await page.evaluate(() => (window as unknown as { copied: string }).copied);
    await openDeveloper(page, link);
    await expect(tape(page)).toContainText('Network simulated: tunnel.');
  },
);

test('[G45] a key opens and closes the panel', { tag: '@firefox' }, async ({ page }) => {
  await openDeveloper(page);
  const panel = page.getByRole('region', { name: 'Simulate the network' });
  await page.keyboard.press('Control+Shift+Period');
  await expect(panel).toContainText('Ctrl Shift . opens and closes this.');
  await page.keyboard.press('Control+Shift+Period');
  await expect(panel).toBeHidden();
});

test('[D155] a file of the unit tests drives a journey', { tag: '@firefox' }, async ({ page, world }) => {
  world.north.otherwise(answer('One two three four five six seven eight nine ten eleven twelve.'));
  await openDeveloper(page);
  await simulate(page, { ...scenario('conference'), speed: 2 });
  await expect(tape(page)).toContainText('Network simulated: conference. Now 2 kB/s, 30 % of the requests are lost.');
  await expect(tape(page)).toContainText('a sign-in page answers everything. Step 2 of 3');
  await expect(tape(page)).toContainText('2 kB/s, streams break off after 4 tokens. Step 3 of 3');
  await expect((await ask(page, 'Count?')).getByText('eleven twelve.')).toBeVisible();
  await expect(tape(page)).toBeHidden();
});

test('[D150] a killed worker forgets what it holds: its streams break off, and the next one fetches the rest', async ({
  page,
  world,
}) => {
  const middle = gate();
  world.north.script([say('The first '), hold(middle), say('and the rest.')]);
  await openDeveloper(page);
  const turn = await ask(page, 'Why?');
  await expect(turn.getByText('The first')).toBeVisible();
  await simulate(page, { kill_worker: true, name: 'death' });
  await expect(tape(page)).toContainText('Network simulated: death.');
  middle.open();
  await expect(from(turn)).toContainText('Live from', { timeout: 60_000 });
  await expect(turn.getByText('The first and the rest.')).toBeVisible();
  expect(world.north.calls).toHaveLength(1);
  await simulate(page, null);
  await newConversation(page);
});
