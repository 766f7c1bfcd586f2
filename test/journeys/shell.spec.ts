import type { Page } from '@playwright/test';
import { openAsk } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

const SIZES = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** What leads on, as it stands on the screen: words, address and place of each link outside of the content. */
async function placesOf(page: Page): Promise<unknown[]> {
  const links = page.locator('.rail > a, .tabs > a, .bar > a.name').filter({ visible: true });
  return links.evaluateAll((all) =>
    all.map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect();
      return [each.textContent, each.getAttribute('href'), ...[x, y, width, height].map(Math.round)];
    }),
  );
}

test(
  '[G96] before its script has run, the page has its name and the way to each place, where they will stand',
  { tag: '@firefox' },
  async ({ page, world, browser }) => {
    await openAsk(page);
    const context = await browser.newContext({ baseURL: world.line.origin, serviceWorkers: 'block' });
    const before = await context.newPage();
    await before.route(/\.js$/, (route) => route.abort());
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await before.setViewportSize(size);
      await before.goto('/');
      const places = await placesOf(before);
      expect(places.length).toBeGreaterThanOrEqual(5);
      expect(await placesOf(page)).toEqual(places);
    }
    await before.getByRole('link', { name: 'Saved' }).first().click();
    await expect(before).toHaveURL(/\/saved$/);
    await context.close();
  },
);

test('[G96] whoever allows no script is told so in sight', async ({ world, browser }) => {
  const context = await browser.newContext({ baseURL: world.line.origin, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.locator('.no-script')).toBeInViewport();
  await context.close();
});
