import { answer } from '../fakes/provider/script.ts';
import { ask, from, openAsk, question } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

const ANSWER = '# Heading\n\nWords and `code`.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```ts\nconst x = 1;\n```\n';

test('nothing scrolls sideways from 360 to 1440 pixels, and the question field is always there', async ({
  page,
  world,
}) => {
  world.north.otherwise(answer(`${ANSWER}\n\n${'Averylongwordthatdoesnotend'.repeat(12)}`));
  await openAsk(page);
  await expect(from(await ask(page, 'Something?'))).toContainText('Live from');
  for (const width of [360, 390, 768, 1000, 1200, 1440]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${width} px`).toBe(0);
    await expect(question(page)).toBeInViewport();
  }
});

test('the keyboard alone asks, stops at nothing, and reaches every place', async ({ page, world }) => {
  world.north.otherwise(answer(ANSWER));
  await openAsk(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'To the question field' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question(page)).toBeFocused();
  await page.keyboard.type('First line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').getByText('First line second line')).toBeVisible();
  await expect(from(page.getByRole('article').first())).toContainText('Live from');
  await expect(question(page)).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'The answer is there.' })).toBeAttached();
});

test('[G4] what is typed survives a reload', async ({ page }) => {
  await openAsk(page);
  await question(page).pressSequentially('Not yet finished');
  // It is sealed, so that only its length tells when the last letter is in it: the body as JSON, and the seal's own 16 bytes.
  const length = JSON.stringify({ text: 'Not yet finished' }).length + 16;
  await expect.poll(() => page.evaluate(keptDrafts)).toEqual([length]);
  await page.reload();
  await expect(question(page)).toHaveValue('Not yet finished');
});

/** Runs in the page: bytes of every draft that stands in its databases. */
async function keptDrafts(): Promise<number[]> {
  const wait = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('The database did not answer.'));
    });
  const drafts: number[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name ?? ''));
    if (database.objectStoreNames.contains('drafts')) {
      const rows: unknown[] = await wait(database.transaction('drafts').objectStore('drafts').getAll());
      drafts.push(...rows.map((row) => (row as { sealed: { data: ArrayBuffer } }).sealed.data.byteLength));
    }
    database.close();
  }
  return drafts;
}
