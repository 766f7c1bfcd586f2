import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startFaultyLine } from '../fakes/faulty-line.ts';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { axeFindings } from './harness/reading.ts';
import { test } from './harness/own-router.ts';
import { expect } from './harness/world.ts';

/** Privacy on the device: what stands on its disk, and what is left of a person who has gone. */

const QUESTION = 'Does the zebrafish hibernate?';
const ANSWER = 'The xylophone says no.';
const WAITING = 'And the quokka?';
const DRAFT = 'Then the okapi';
const WORDS = /zebrafish|hibernate|xylophone|quokka|okapi/i;

test('[PV40] no word of anything stands on the disk', { tag: '@firefox' }, async ({ world }) => {
  world.north.script(answer(ANSWER));
  const context = await world.openBrowser();
  const page = context.pages()[0] ?? (await context.newPage());
  await openAsk(page);
  await expect(from(await ask(page, QUESTION))).toContainText('Live from');
  await world.line.set('down');
  await newConversation(page);
  await expect((await ask(page, WAITING)).getByText('Waiting to be sent')).toBeVisible();
  await newConversation(page);
  await question(page).pressSequentially(DRAFT);
  await expect.poll(() => page.evaluate(storedRows, 'drafts')).toContain('"sealed"');

  for (const store of ['turns', 'answers', 'saved', 'outbox', 'conversations'])
    expect(await page.evaluate(storedRows, store)).toContain('"sealed"');
  expect(await page.evaluate(storedRows, null)).not.toMatch(WORDS);
  await page.reload();
  await expect(question(page)).toHaveValue(DRAFT);
  await page.getByRole('link', { name: QUESTION }).first().click();
  await expect(page.getByText(ANSWER)).toBeVisible();
  const { profile } = world;
  await context.close();
  expect(await filesWith(profile, [ANSWER, WAITING])).toEqual([]);
});

test(
  '[PV54] signed out without a line: every tab is empty at once, and nobody comes in before the router has heard of it',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER));
    await openAsk(page);
    await expect(from(await ask(page, QUESTION))).toContainText('Live from');
    const other = await page.context().newPage();
    await openAsk(other);
    await expect(other.getByRole('link', { name: QUESTION }).first()).toBeVisible();
    await question(other).fill(DRAFT);
    await expect.poll(() => other.evaluate(storedRows, 'drafts')).toContain('"sealed"');
    const [was] = await sessionCookies(page);
    await world.line.set('down');

    await page.getByRole('link', { name: 'Forget me' }).click();
    await expect(page.getByRole('heading', { name: 'Forget me on this device' })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Forget me' }).click();
    for (const tab of [page, other]) {
      await expect(tab.getByRole('heading', { name: 'You have signed out' })).toBeVisible();
      await expect(tab.getByText('You are forgotten on this device.').first()).toBeVisible();
      await expect(tab.getByText(QUESTION)).toHaveCount(0);
      await expect(question(tab)).toHaveValue('');
    }
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => page.evaluate(databaseNames)).toEqual(['layover']);
    expect(await page.evaluate(storedRows, null)).toContain('sign-out-due');
    // The words stay words: nothing goes out in the name of the session that has ended.
    await question(page).fill('Is anybody there?');
    await page.keyboard.press('Enter');
    await expect(question(page)).toHaveValue('Is anybody there?');

    world.north.script(answer(ANSWER));
    await world.line.set('through');
    for (const tab of [page, other]) {
      await tab.reload();
      await expect(tab.getByRole('link', { name: 'Forget me' })).toBeVisible();
      await expect(tab.getByRole('heading', { name: 'You have signed out' })).toHaveCount(0);
    }
    await openAsk(page);
    await expect(page.getByText(QUESTION)).toHaveCount(0);
    const [now] = await sessionCookies(page);
    expect(now?.value).not.toBe(was?.value);
    expect(await page.evaluate(storedRows, null)).not.toContain('sign-out-due');
    const left = await page.request.get('/api/travel', { headers: { cookie: `${was?.name}=${was?.value}` } });
    expect(left.status()).toBe(401);
  },
);

test(
  '[PV55] asks that wait are named before somebody leaves, and can be sent first',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER));
    await openAsk(page);
    await world.line.set('down');
    await expect((await ask(page, WAITING)).getByText('Waiting to be sent')).toBeVisible();
    await page.getByRole('link', { name: 'Forget me' }).click();
    await expect(page.getByText('1 ask waits and would be lost:')).toBeVisible();
    await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: WAITING })).toBeVisible();
    await expect(page.getByRole('button', { name: /Send first/ })).toBeDisabled();
    await page.getByRole('link', { name: 'Stay' }).click();
    await expect(page.getByRole('link', { name: WAITING }).first()).toBeVisible();

    await world.line.set('through');
    await page.getByRole('link', { name: 'Forget me' }).click();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(page.getByText('would be lost')).toHaveCount(0);
    expect(world.north.calls).toHaveLength(1);
    await page.getByRole('button', { name: 'Forget me', exact: true }).click();
    await expect(page.getByRole('link', { name: 'Forget me' })).toBeVisible();
    await expect(page.getByText(WAITING)).toHaveCount(0);
    await expect.poll(() => page.evaluate(storedRows, 'turns')).toBe('[]');
  },
);

test(
  '[PV56] whoever signs in next, by a link or in another tab, sees nothing of the one before',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER));
    await openAsk(page);
    await expect(from(await ask(page, QUESTION))).toContainText('Live from');
    const link = async (user: string): Promise<string> => {
      const made = await page.request.post('/api/links', {
        headers: { authorization: `Bearer ${world.masterKey}` },
        data: { role: 'asker', user },
      });
      return new URL(((await made.json()) as { url: string }).url).pathname;
    };
    // Watched from the first paint on: not for a moment do the words of the guest stand there.
    const next = await page.context().newPage();
    await next.addInitScript((words) => {
      new MutationObserver(() => {
        if (document.body?.textContent?.includes(words)) document.documentElement.dataset['seen'] = 'yes';
      }).observe(document, { subtree: true, childList: true, characterData: true });
    }, QUESTION);
    await openAsk(next, await link('ada'));
    await expect(next.getByText('Signed in').first()).toBeVisible();
    await expect(next.locator('html[data-seen]')).toHaveCount(0);
    await expect(next.getByRole('link', { name: QUESTION })).toHaveCount(0);
    // The tab in which the guest's conversation stood follows.
    await expect(page.getByText(ANSWER)).toHaveCount(0);
    await expect(page.getByText('Signed in').first()).toBeVisible();
  },
);

test(
  '[PV57] a session that has ended shows nothing of its person, keeps what is being typed, and gives all back when they return',
  { tag: '@firefox' },
  async ({ browser, openRouter }) => {
    // Beyond this computer nobody is a guest. Its demo providers answer.
    const router = await openRouter({ environment: { HOST: '0.0.0.0', LAYOVER_MASTER_KEY: 'sk-journey-master' } });
    const context = await browser.newContext({ baseURL: router.origin });
    const page = await context.newPage();
    const link = async (): Promise<string> => {
      const made = await page.request.post('/api/links', {
        headers: { authorization: 'Bearer sk-journey-master' },
        data: { role: 'asker', user: 'ada' },
      });
      return new URL(((await made.json()) as { url: string }).url).pathname;
    };
    await openAsk(page, await link());
    await expect(from(await ask(page, QUESTION))).toContainText(/demo/i);
    await newConversation(page);
    await question(page).fill('Half a thou');
    // The session ends where this page cannot see it.
    const [cookie] = await sessionCookies(page);
    await page.request.delete('/api/session', {
      headers: { origin: router.origin, cookie: `${cookie?.name}=${cookie?.value}` },
    });
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await expect(page.getByText(QUESTION)).toHaveCount(0);
    await expect(question(page)).toHaveValue('Half a thou');
    await page.reload();
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await expect(page.getByText(QUESTION)).toHaveCount(0);

    await openAsk(page, await link());
    await expect(page.getByRole('link', { name: QUESTION }).first()).toBeVisible();
    await context.close();
  },
);

test(
  '[PV58] a browser that cleared its storage is said to have done so, once',
  { tag: '@firefox' },
  async ({ page }) => {
    await openAsk(page);
    await expect.poll(() => page.evaluate(() => document.cookie)).toContain('layover-kept=1');
    const told = page.getByText('This browser has cleared what Layover kept here');
    await page.reload();
    await openAsk(page);
    // The page has opened its storage, and looked at the mark.
    await expect(page.getByText('Nothing waits.')).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expect(told).toHaveCount(0);
    await page.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) {
        await new Promise((resolve) => (indexedDB.deleteDatabase(name ?? '').onsuccess = resolve));
      }
    });
    await page.reload();
    await expect(told).toBeVisible();
    await page.reload();
    await openAsk(page);
    await expect(told).toHaveCount(0);
  },
);

test(
  '[PV48] of a feature that keeps nothing no word stands on the disk, and an ask that waited is answered where it was asked',
  { tag: '@firefox' },
  async ({ browser, world, openRouter, atEnd }) => {
    world.north.otherwise(answer(ANSWER));
    const router = await openRouter({
      config: `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/north-large, api_base: "${world.north.apiBase}", api_key: ${world.north.apiKey} }
features:
  default: { model: app/chat, device: { store: never, queue: true } }
`,
      environment: {},
    });
    const line = await startFaultyLine(router.origin);
    atEnd(() => line.close());
    const context = await browser.newContext({ baseURL: line.origin });
    const page = await context.newPage();
    await openAsk(page);
    await expect(from(await ask(page, QUESTION))).toContainText('Live from');
    await line.set('down');
    await newConversation(page);
    const waits = await ask(page, WAITING);
    await expect(waits.getByText('Waiting to be sent')).toBeVisible();
    expect(await page.evaluate(storedRows, 'outbox')).toContain('"sealed"');
    for (const store of ['turns', 'answers', 'saved', 'conversations'])
      expect(await page.evaluate(storedRows, store)).toBe('[]');
    await line.set('through');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(page.getByRole('article').filter({ hasText: WAITING })).toContainText(ANSWER);
    await expect.poll(() => page.evaluate(storedRows, 'outbox')).toBe('[]');
    expect(world.north.calls).toHaveLength(2);

    // After a reload nobody knows the conversation any more; what waits is sent by hand, and answered in one of its own.
    await line.set('down');
    await newConversation(page);
    await expect((await ask(page, DRAFT)).getByText('Waiting to be sent')).toBeVisible();
    await page.goto('/waiting');
    await line.set('through');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.getByRole('article').filter({ hasText: DRAFT }).getByRole('button', { name: 'Send now' }).click();
    await expect(page.getByRole('article').filter({ hasText: DRAFT })).toContainText(ANSWER);
    expect(world.north.calls).toHaveLength(3);
    expect(await page.evaluate(storedRows, null)).not.toMatch(WORDS);
    await context.close();
  },
);

/** Every row of a store in every database of this browser, or of all with null, as JSON; bytes as the text they would be. */
async function storedRows(only: string | null): Promise<string> {
  const wait = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('The database did not answer.'));
    });
  const rows: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name ?? ''));
    for (const store of database.objectStoreNames) {
      if (only === null || store === only)
        rows.push(...((await wait(database.transaction(store).objectStore(store).getAll())) as unknown[]));
    }
    database.close();
  }
  return JSON.stringify(rows, (_name, value: unknown) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : value,
  );
}

async function databaseNames(): Promise<string[]> {
  return (await indexedDB.databases()).map(({ name }) => name ?? '').sort();
}

async function sessionCookies(page: Page): Promise<{ name: string; value: string }[]> {
  return (await page.context().cookies()).filter(({ httpOnly }) => httpOnly);
}

/** Files below a folder in which one of the texts stands, as UTF-8 or as UTF-16. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    for (const text of texts) if (bytes.includes(text) || bytes.includes(text, 0, 'utf16le')) found.push(path);
  }
  return found;
}
