import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, say } from '../fakes/provider/script.ts';
import { ask, from, openAsk, question } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** The life of the worker itself, in the built page. */

test(
  '[W3] [G14] a new version waits to be told, and takes no word that is being typed',
  { tag: '@firefox' },
  async ({ page, world }) => {
    await openAsk(page);
    const other = await page.context().newPage();
    await openAsk(other);
    await other.evaluate(() => Object.assign(window, { stillTheSame: true }));
    await question(page).fill('Half a question');
    await page.evaluate(() => Object.assign(window, { stillTheSame: true }));

    world.line.append('/sw.js', '\n// the next version\n');
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await expect(page.getByText('A new version is ready. Your draft is safe.')).toBeVisible();
    expect(await page.evaluate(() => 'stillTheSame' in window)).toBe(true);

    await page.getByRole('button', { name: 'Use it' }).click();
    await page.waitForFunction(() => !('stillTheSame' in window));
    await expect(question(page)).toHaveValue('Half a question');
    expect(
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting ?? null),
    ).toBeNull();
    // The other tab is not loaded again under its reader.
    expect(await other.evaluate(() => 'stillTheSame' in window)).toBe(true);
  },
);

test('[W4] an address of the router is never answered with the page', { tag: '@firefox' }, async ({ page }) => {
  await openAsk(page);
  for (const path of ['/v1/models', '/api/slo', '/healthz', '/ai/nothing']) {
    const response = await page.goto(path);
    expect(response?.headers()['content-type'], path).toContain('application/json');
  }
  await page.goto('/saved');
  await expect(page.getByRole('navigation', { name: 'Layover' }).first()).toBeVisible();
});

test('[G30] the worker is killed mid-answer, and whoever looks at it gets the rest', async ({ page, world }) => {
  const middle = gate();
  world.north.script([say('Precisava '), hold(middle), say('de uma fatura.')]);
  await openAsk(page);
  const turn = await ask(page, 'How do I ask for an invoice?');
  await expect(turn.getByText('Precisava')).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect(from(other.getByRole('article').first())).toContainText('Arriving');

  const devtools = await page.context().newCDPSession(other);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  middle.open();
  await expect(from(other.getByRole('article').first())).toContainText('Live from', { timeout: 60_000 });
  await expect(other.getByText('Precisava de uma fatura.')).toBeVisible();
  expect(world.north.calls).toHaveLength(1);
});

/** Notes in the worker, for every page that listens, when an ask is answered and when a script is brought. */
const NOTING = `
{
  const channel = new BroadcastChannel('what-happened');
  const bring = self.importScripts.bind(self);
  self.importScripts = (...names) => { channel.postMessage(names[0]); bring(...names); };
  const { respondWith } = FetchEvent.prototype;
  FetchEvent.prototype.respondWith = function (answer) {
    if (this.request.method === 'POST') Promise.resolve(answer).then(() => channel.postMessage('answered'));
    return respondWith.call(this, answer);
  };
}
`;

test('[W22] an ask that wakes the worker is answered from this device before the second script is read', async ({
  page,
  world,
}) => {
  world.north.otherwise(answer('Because of the air.'));
  world.line.append('/sw.js', NOTING);
  await openAsk(page);
  await expect(from(await ask(page, 'Why is the sky blue?'))).toContainText('Live from');
  await world.line.set('down');
  await page.evaluate(() => {
    const happened: unknown[] = [];
    new BroadcastChannel('what-happened').onmessage = ({ data }) => happened.push(data);
    Object.assign(window, { happened });
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  await expect(from(await ask(page, 'Why is the sky blue?'))).toContainText('Saved on this device');
  // It is read afterwards, by what is kept of the ask.
  const happened = (): Promise<unknown> => page.evaluate(() => (window as { happened?: unknown }).happened);
  await expect.poll(happened).toEqual(['answered', '/sw-later.js']);
});

test('[W23] a change of the second script alone is a new version', { tag: '@firefox' }, async ({ page, world }) => {
  await openAsk(page);
  world.line.append('/sw-later.js', '\n// the next version\n');
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  await expect(page.getByText('A new version is ready.')).toBeVisible();
});
