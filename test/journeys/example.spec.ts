import { expect, test as base, type Page } from '@playwright/test';
import { startCorsFront } from '../fakes/cors-front.ts';
import { startFaultyLine, type FaultyLine } from '../fakes/faulty-line.ts';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { gate } from '../fakes/provider/gate.ts';
import { answer, cut, hold, say } from '../fakes/provider/script.ts';
import { startExample, type ExampleApp } from './harness/example-app.ts';
import { temporaryFolder } from './harness/router-process.ts';

/** An app that is not ours, with travel mode in its own worker, in front of an API of another origin. There is no router anywhere. */
interface Scene {
  api: FakeProvider;
  /** Between the browser and the API. */
  line: FaultyLine;
  /** Headers that the API's preflight refused. */
  refused: readonly string[];
  app: ExampleApp;
}

const test = base.extend<{ scene: Scene }>({
  scene: async ({}, use) => {
    const api = await startFakeProvider({ wire: 'openai' });
    const front = await startCorsFront(new URL(api.apiBase).origin);
    const line = await startFaultyLine(front.origin);
    const folder = await temporaryFolder();
    const app = await startExample(folder.path, `${line.origin}/v1`);
    await use({ api, line, refused: front.refused, app });
    await Promise.all([app.close(), line.close(), front.close(), api.close()]);
    await folder.remove();
  },
});

async function open(page: Page, { app, api }: Scene): Promise<void> {
  await page.goto(app.origin);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.getByText('API key').click();
  await page.getByRole('textbox', { name: 'API key' }).fill(api.apiKey);
  await page.getByText('API key').click();
}

async function ask(page: Page, question: string, later = false): Promise<void> {
  await page.getByRole('checkbox').setChecked(later);
  await page.getByRole('textbox', { name: 'Question' }).fill(question);
  await page.getByRole('button', { name: 'Ask' }).click();
}

const last = (page: Page) => page.locator('article.bot').last();

test(
  '[LP16] [LP13] the example answers from the device, lets an ask wait, and sends it when the line is back',
  { tag: '@firefox' },
  async ({ page, scene }) => {
    const { api, line, app } = scene;
    api.script(answer('Platform ', 'four.'), answer('Until ', 'nine.'));
    await open(page, scene);
    await ask(page, 'Which platform?');
    await expect(last(page)).toHaveText('Platform four.');
    await expect(page.getByRole('status')).toHaveText('Online');

    await line.set('down');
    await ask(page, 'Which platform?');
    await expect(last(page)).toContainText('Platform four.');
    await expect(last(page)).toContainText('saved on this device');
    await expect(page.getByRole('status')).toHaveText('Offline');

    await ask(page, 'How do I get out?');
    await expect(last(page)).toContainText('503');
    await expect(last(page)).toContainText('There is no connection to the service.');

    await ask(page, 'How late is the bar open?', true);
    await expect(last(page)).toContainText('It waits');
    await expect(page.getByText('1 waiting')).toBeVisible();
    const outbox = page.getByRole('region', { name: 'In the outbox' });
    await expect(outbox.getByRole('listitem')).toContainText('How late is the bar open?');

    await line.set('through');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(last(page)).toContainText('Until nine.');
    await expect(last(page)).toContainText('answered after waiting');
    await expect(outbox).toBeHidden();
    await expect(page.getByText('1 waiting')).toBeHidden();

    // The API saw asks as the SDK sends them, and nothing else ever left the page or its worker.
    expect(api.calls.map(({ body }) => (body['messages'] as { content: string }[])[0]?.content)).toEqual([
      'Which platform?',
      'How late is the bar open?',
    ]);
    expect(new Set(line.seen)).toEqual(new Set(['OPTIONS /v1/chat/completions', 'POST /v1/chat/completions']));
    expect(scene.refused).toEqual([]);
    expect(app.seen.filter((each) => !/^GET \/(assets\/.*|service-worker\.js)?$/.test(each))).toEqual([]);
  },
);

test(
  '[LP16] [LP13] an ask is taken back; one that waits outlives the page, and needs a page that supplies the key',
  { tag: '@firefox' },
  async ({ page, scene }) => {
    const { api, line } = scene;
    await open(page, scene);
    await line.set('down');
    await ask(page, 'Never mind', true);
    await ask(page, 'Keep this', true);
    await expect(page.getByText('2 waiting')).toBeVisible();
    await page.getByRole('listitem').filter({ hasText: 'Never mind' }).getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByText('1 waiting')).toBeVisible();
    await line.set('silent');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(page.getByRole('listitem')).toContainText('Keep thissending');
    await line.set('down');
    await expect(page.getByRole('listitem')).toContainText('Keep thisqueued');

    await line.set('through');
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await expect(page.getByRole('status')).toBeVisible();
    // A page without the key speaks for nobody.
    await expect(page.getByText('1 waiting')).toBeHidden();
    expect(api.calls).toHaveLength(0);

    await page.evaluate((key) => localStorage.setItem('api-key', key), api.apiKey);
    await page.reload();
    await expect(last(page)).toContainText('This is the fake answer.');
    expect(api.calls).toHaveLength(1);
  },
);

test(
  '[LP8] the unmodified OpenAI SDK hears that a stream was cut, and has what came',
  { tag: '@firefox' },
  async ({ page, scene }) => {
    const middle = gate();
    scene.api.script([say('Half of '), say('it'), hold(middle), cut()]);
    await open(page, scene);
    await ask(page, 'Long?');
    await expect(last(page)).toHaveText('Half of it');
    middle.open();
    await expect(last(page)).toHaveClass(/failed/);
    await expect(last(page)).toContainText('Half of it');
    await expect(last(page)).toContainText('The line broke while the answer was coming.');
    expect(scene.api.calls).toHaveLength(1);
  },
);
