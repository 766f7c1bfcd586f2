import type { Page } from '@playwright/test';
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
function simulate(page: Page, wanted: unknown): Promise<string> {
  return page.evaluate(async (scenario) => {
    if (window.layover === undefined) throw new Error('There is no `layover` here.');
    return window.layover.simulate(scenario);
  }, wanted);
}

async function openDeveloper(page: Page, path = '/'): Promise<void> {
  await openAsk(page, path);
  await page.waitForFunction(() => window.layover !== undefined);
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
