import { openAsk } from './harness/asking.ts';
import { bundle } from './harness/bundle.ts';
import { expect, test } from './harness/world.ts';

/** The contract of `test/contracts/device-database.ts` in a real browser's database; the same runs in Node over a fake one. */
test(
  '[D1][D2][D3] idb and Dexie agree on the database, in either order, and Dexie follows what idb writes',
  { tag: '@firefox' },
  async ({ browser, world }) => {
    // The page's own policy forbids scripts put in from outside, as it should.
    const context = await browser.newContext({ baseURL: world.line.origin, bypassCSP: true });
    const page = await context.newPage();
    await openAsk(page);
    await page.addScriptTag({ content: await bundle('./database-on-window.ts') });
    const both = (await page.evaluate(() => window.deviceDatabase.openInBothOrders())) as {
      versions: number[];
      shapes: unknown[];
    };
    expect(both).toMatchObject({ versions: [20, 20], readByDexie: 'c1', readByUs: ['Why is the sky blue?'] });
    expect(both.shapes[0]).toEqual(both.shapes[1]);
    expect(await page.evaluate(() => window.deviceDatabase.openWhatIsNewer())).toEqual(['Why is the sky blue?']);
    expect(await page.evaluate(() => window.deviceDatabase.followWrite())).toEqual([0, 1]);
    await context.close();
  },
);
