import type { Locator } from '@playwright/test';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** What a phone has room for: nothing in the bar is cut off, and every conversation can be reached. */

/** Which words of the bar do not stand whole inside their button, or push it out of the bar. */
function cutOff(bar: Locator): Promise<string[]> {
  return bar.evaluate((element) => {
    const words = [...element.querySelectorAll<HTMLElement>('.pick.only, .pill span')];
    const outside = words.filter((each) => {
      const inner = each.getBoundingClientRect();
      const outer = (each.closest('.pill') ?? element).getBoundingClientRect();
      return each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0
        ? true
        : inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom;
    });
    return [...outside.map((each) => each.innerText), ...(element.scrollWidth > element.clientWidth ? ['bar'] : [])];
  });
}

for (const width of [390, 360]) {
  test(`[G25] at ${width} px the bar shows the whole feature and the whole state of the line`, async ({
    page,
    world,
  }) => {
    world.north.otherwise(answer('Words.'));
    await page.setViewportSize({ width, height: 780 });
    await openAsk(page);
    const bar = page.getByRole('banner');
    await expect(bar.getByText('Not tried yet')).toBeVisible();
    expect(await cutOff(bar)).toEqual([]);
    await world.line.set('portal');
    await ask(page, 'Is there a way?');
    await expect(bar.getByText('Wi-Fi wants a sign-in')).toBeVisible();
    expect(await cutOff(bar)).toEqual([]);
  });
}

const LONG = 'A question whose words are more than a phone has room for in one line, as questions are.';

test('[G26] on a phone the earlier conversations stand under an empty one', async ({ page, world }) => {
  world.north.otherwise(answer('Words to come back to.'));
  await page.setViewportSize({ width: 390, height: 780 });
  await openAsk(page);
  await expect(from(await ask(page, LONG))).toContainText('Live from');
  await newConversation(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('link', { name: LONG.slice(0, 40) })
    .click();
  await expect(page.getByText('Words to come back to.')).toBeVisible();
});
