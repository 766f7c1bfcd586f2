import type { BrowserContext, Locator, Page } from '@playwright/test';
import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, refuse, say } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { expect, test, type World } from './harness/world.ts';

const FIRST = 'What is the fare to Porto?';
const SECOND = 'When does the last tram leave?';
const THIRD = 'Is the river cruise step-free?';

/** Asks each in a conversation of its own while the line is down, and goes to the list. */
async function askOffline(page: Page, world: World, questions: readonly string[]): Promise<void> {
  await world.line.set('down');
  for (const text of questions) {
    await newConversation(page);
    await expect((await ask(page, text)).getByText('Waiting to be sent')).toBeVisible();
  }
  await page.getByRole('link', { name: 'Waiting' }).first().click();
  await expect(inLine(page)).toHaveCount(questions.length);
}

function inLine(page: Page): Locator {
  return page.getByRole('region', { name: 'In line' }).getByRole('article');
}

const titles = (page: Page): Promise<string[]> => inLine(page).getByRole('heading').allInnerTexts();

/** What the rail says of the Waiting view, figures and words. */
function waitingLink(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Layover', exact: true }).getByRole('link', { name: /^Waiting/ });
}

/** Ends the process of the browser on the spot, as a crash does. Its command never comes back. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const over = context.waitForEvent('close');
  session.send('Browser.crash').catch((end: unknown) => void end);
  await over;
}

/** What the icon of the app shows: the browser has none here, so what is asked of it is noted. */
async function noteBadge(page: Page): Promise<() => Promise<number | null>> {
  await page.addInitScript(() => {
    const noted = globalThis as typeof globalThis & { badge?: number };
    const set = (count?: number): Promise<void> => {
      noted.badge = count ?? 0;
      return Promise.resolve();
    };
    Object.defineProperty(navigator, 'setAppBadge', { value: set });
    Object.defineProperty(navigator, 'clearAppBadge', { value: () => set(0) });
  });
  return () => page.evaluate(() => (globalThis as typeof globalThis & { badge?: number }).badge ?? null);
}

test(
  'three wait, are put in another order and go in it; each answer is told, counted and seen',
  { tag: '@firefox' },
  async ({ page, world }) => {
    const badge = await noteBadge(page);
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    await askOffline(page, world, [FIRST, SECOND, THIRD]);
    await expect.poll(() => titles(page)).toEqual([FIRST, SECOND, THIRD]);
    await expect(waitingLink(page)).toHaveAccessibleName(/3 asks waiting/);

    // [G83] By keyboard: the button keeps the focus while its row moves, and the new place is said.
    const third = inLine(page).filter({ hasText: THIRD });
    const up = third.getByRole('button', { name: 'Move up' });
    await up.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status').filter({ hasText: 'Moved to place 2 of 3.' })).toBeAttached();
    await expect(up).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status').filter({ hasText: 'Moved to place 1 of 3.' })).toBeAttached();
    await expect.poll(() => titles(page)).toEqual([THIRD, FIRST, SECOND]);
    await expect(up).toBeFocused();

    // [G82] Cancelled and undone, it stands where it stood.
    await inLine(page).filter({ hasText: FIRST }).getByRole('button', { name: 'Cancel' }).click();
    await expect(inLine(page)).toHaveCount(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(inLine(page)).toHaveCount(3);
    await expect.poll(() => titles(page)).toEqual([THIRD, FIRST, SECOND]);

    await world.line.set('through');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    const answered = page.getByRole('region', { name: 'Answered' }).getByRole('article');
    await expect(answered).toHaveCount(3);
    const asked = world.north.calls.map((call) => JSON.stringify(call.body['messages']));
    expect(asked.map((messages) => [THIRD, FIRST, SECOND].findIndex((text) => messages.includes(text)))).toEqual([
      0, 1, 2,
    ]);
    await expect(waitingLink(page)).toHaveAccessibleName(/3 newly answered/);
    await expect.poll(badge).toBe(3);

    // [G87] Looked at, it is news no longer.
    await answered.filter({ hasText: FIRST }).getByRole('link', { name: 'Open' }).click();
    await expect(page.getByText('Answered.', { exact: true })).toBeVisible();
    await expect(from(page.getByRole('article').first())).toContainText('offline');
    await expect(waitingLink(page)).toHaveAccessibleName(/2 newly answered/);
    await expect.poll(badge).toBe(2);
    await page.goBack();
    await page.getByRole('button', { name: 'Mark as seen' }).click();
    await expect(page.getByText('Nothing waits')).toBeVisible();
    await expect(waitingLink(page)).toHaveAccessibleName('Waiting');
    await expect.poll(badge).toBe(0);
  },
);

test(
  '[G83] neither an order that another tab makes nor an attempt takes the focus away',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    await askOffline(page, world, [FIRST, SECOND, THIRD]);
    const third = inLine(page).filter({ hasText: THIRD });
    const down = third.getByRole('button', { name: 'Move down' });
    await down.focus();
    const other = await page.context().newPage();
    await other.goto(page.url());
    const up = inLine(other).filter({ hasText: THIRD }).getByRole('button', { name: 'Move up' });
    for (const order of [
      [FIRST, THIRD, SECOND],
      [THIRD, FIRST, SECOND],
    ]) {
      await up.click();
      await expect.poll(() => titles(page)).toEqual(order);
    }
    await other.close();
    await expect(down).toBeFocused();

    // An attempt that nothing answers, and that ends with the line.
    await world.line.set('silent');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(third.getByRole('button', { name: 'Stop' })).toBeVisible();
    await expect(down).toBeFocused();
    await third.getByRole('button', { name: 'Stop' }).focus();
    await world.line.set('down');
    await expect(third.getByRole('button', { name: 'Cancel' })).toBeFocused();

    // What is gone leaves the focus to its row, and the next press of Tab goes on from there.
    await third.getByRole('button', { name: 'Send now' }).focus();
    await world.line.set('silent');
    await page.keyboard.press('Enter');
    await expect(third.getByRole('button', { name: 'Stop' })).toBeVisible();
    await expect(third).toBeFocused();

    // Refused, it stands in another list, and the focus with it; discarded, it is nowhere, and the lists have the focus.
    world.north.otherwise(refuse(400, { error: { message: 'No.', type: 'invalid_request_error' } }));
    await world.line.set('down');
    await world.line.set('through');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    const refused = page.getByRole('region', { name: 'Needs you' }).getByRole('article').filter({ hasText: THIRD });
    await expect(refused).toBeFocused();
    await refused.getByRole('button', { name: 'Discard' }).focus();
    await page.keyboard.press('Enter');
    await expect(refused).toHaveCount(0);
    await expect(page.getByRole('main')).toBeFocused();
  },
);

test(
  '[G82] cancelled and left, it is never sent, and its conversation says so',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    await askOffline(page, world, [FIRST, SECOND]);
    await inLine(page).filter({ hasText: FIRST }).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Close this message' }).click();
    await world.line.set('through');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(page.getByRole('region', { name: 'Answered' }).getByRole('article')).toHaveCount(1);
    expect(world.north.calls.map((call) => JSON.stringify(call.body['messages']).includes(FIRST))).toEqual([false]);
    await page.getByRole('link', { name: FIRST, exact: true }).first().click();
    await expect(from(page.getByRole('article').first())).toContainText('Stopped before the first word');
  },
);

test('[G84] whoever asked to be told is told while they look elsewhere', async ({ page, world }) => {
  // Only Chromium lets a test grant this.
  await page.context().grantPermissions(['notifications'], { origin: world.line.origin });
  const middle = gate();
  world.north.script([say('Answered '), hold(middle), say('whole.')]);
  await openAsk(page);
  await askOffline(page, world, [FIRST]);
  await page.getByRole('button', { name: 'Tell me when it is answered' }).click();
  await expect(page.getByText('You will be told when it is answered.').first()).toBeVisible();
  const path = await inLine(page).getByRole('link', { name: FIRST }).getAttribute('href');

  await world.line.set('through');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  const call = await world.north.called(1);
  // Nobody looks: no page of ours is left while its answer is written.
  await page.goto('about:blank');
  const told = (): number => world.line.seen.filter((request) => request === 'POST /telemetry').length;
  const before = told();
  middle.open();
  await call.over;
  // What is counted is sent when all else is done: only then somebody looks again.
  await expect.poll(told).toBeGreaterThan(before);
  await page.goto(`${world.line.origin}/waiting`);
  await expect(page.getByRole('region', { name: 'Answered' }).getByRole('article')).toHaveCount(1);
  const notices = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
  });
  expect(notices).toEqual([
    { title: 'An answer arrived', body: 'Open Layover to read it.', tag: path?.replace('/c/', '') },
  ]);
});

test(
  '[G90] [G91] [G92] what happened is told, a conversation is named and removed, and a foreign address says so',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    const turn = await ask(page, FIRST);
    await expect(from(turn)).toContainText('Live from');
    const button = turn.getByRole('button', { name: 'What happened' });
    await button.click();
    const way = turn.getByRole('region', { name: 'What happened' });
    await expect(way.getByRole('listitem').filter({ hasText: 'Sent to the router' })).toBeVisible();
    await expect(way.getByRole('listitem').filter({ hasText: 'Whole' })).toBeVisible();
    await button.click();
    await expect(way).toHaveCount(0);

    await page.getByRole('button', { name: `More about ${FIRST}` }).click();
    await page.getByRole('textbox', { name: 'Its name here' }).fill('Fares');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('link', { name: 'Fares' })).toBeVisible();
    const path = new URL(page.url()).pathname;

    await page.getByRole('button', { name: 'More about Fares' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByRole('link', { name: 'Fares' })).toHaveCount(0);
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'This conversation is not on this device' })).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'New conversation' }).click();
    await expect(question(page)).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Ask, also without a network' })).toBeVisible();
  },
);

test(
  '[G92] removed with what waits in it and brought back, it is sent as if nothing had been',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer('Answered.'));
    await openAsk(page);
    await world.line.set('down');
    await expect((await ask(page, FIRST)).getByText('Waiting to be sent')).toBeVisible();
    await page.getByRole('button', { name: `More about ${FIRST}` }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('Conversation removed, with what waited in it.')).toBeVisible();
    await expect(page.getByRole('article')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('article').getByText('Waiting to be sent')).toBeVisible();
    await world.line.set('through');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(page.getByText('Answered.', { exact: true })).toBeVisible();
    expect(world.north.calls).toHaveLength(1);
  },
);

test(
  '[G4] [G93] drafts outlive a browser that crashes (in Firefox: that is closed), stand in the list, and open where they belong',
  { tag: '@firefox' },
  async ({ world, browserName }) => {
    world.north.otherwise(answer('Answered.'));
    // A browser writes its cookies down every half minute, and at its end: who somebody is must be older than the crash.
    const first = await world.openBrowser();
    await openAsk(first.pages()[0] ?? (await first.newPage()));
    await first.close();
    const before = await world.openBrowser();
    const page = before.pages()[0] ?? (await before.newPage());
    await openAsk(page);
    await expect(from(await ask(page, FIRST))).toContainText('Live from');
    await question(page).fill('And with a bicycle?');
    await newConversation(page);
    await question(page).fill('Something else');
    await expect
      .poll(async () => {
        await page.getByRole('link', { name: 'Waiting' }).first().click();
        return page.getByRole('region', { name: 'Drafts' }).getByRole('article').count();
      })
      .toBe(2);
    if (browserName === 'chromium') await crash(before, page);
    else await before.close();

    const after = await world.openBrowser();
    const again = after.pages()[0] ?? (await after.newPage());
    await again.goto('/waiting');
    const drafts = again.getByRole('region', { name: 'Drafts' });
    await drafts.getByRole('article').filter({ hasText: 'bicycle' }).getByRole('link', { name: 'Open' }).click();
    await expect(question(again)).toHaveValue('And with a bicycle?');
    await expect(again.getByRole('article').getByText(FIRST)).toBeVisible();
    await again.goBack();
    await drafts
      .getByRole('article')
      .filter({ hasText: 'Something else' })
      .getByRole('button', { name: 'Discard' })
      .click();
    await expect(drafts.getByRole('article')).toHaveCount(1);
    await again.getByRole('button', { name: 'Undo' }).click();
    await expect(drafts.getByRole('article')).toHaveCount(2);
  },
);

test(
  '[G4] [G93] tabs do not mix up what is typed in them; what a closed one left behind is found again',
  { tag: '@firefox' },
  async ({ world }) => {
    const before = await world.openBrowser();
    const one = before.pages()[0] ?? (await before.newPage());
    const two = await before.newPage();
    for (const tab of [one, two]) await openAsk(tab);
    await question(one).fill('Of the first tab');
    await question(two).fill('Of the second tab');
    for (const tab of [one, two]) await tab.reload();
    await expect(question(one)).toHaveValue('Of the first tab');
    await expect(question(two)).toHaveValue('Of the second tab');

    const drafts = two.getByRole('region', { name: 'Drafts' });
    await two.getByRole('link', { name: 'Waiting' }).first().click();
    await expect(drafts.getByRole('article')).toHaveCount(2);
    await one.close();
    await drafts.getByRole('article').filter({ hasText: 'first' }).getByRole('button', { name: 'Open' }).click();
    await expect(question(two)).toHaveValue('Of the first tab');
    await two.goBack();
    await expect(drafts.getByRole('article')).toHaveCount(2);
    await before.close();

    const after = await world.openBrowser();
    const again = after.pages()[0] ?? (await after.newPage());
    const other = await after.newPage();
    for (const tab of [again, other]) await openAsk(tab);
    const found = async (): Promise<string[]> =>
      (await Promise.all([again, other].map((tab) => question(tab).inputValue()))).sort();
    await expect.poll(found).toEqual(['Of the first tab', 'Of the second tab']);
  },
);

test(
  '[G88] what another tab reads is said once to whoever has it on screen',
  { tag: '@firefox' },
  async ({ page, world }) => {
    const middle = gate();
    world.north.script([say('Answered '), hold(middle), say('whole.')]);
    await openAsk(page);
    const turn = await ask(page, FIRST);
    await expect(turn.getByText('Answered')).toBeVisible();
    const other = await page.context().newPage();
    await openAsk(other, new URL(page.url()).pathname);
    await expect(other.getByRole('article').getByText('Answered')).toBeVisible();
    await other.evaluate(() => {
      const noted = globalThis as typeof globalThis & { said?: string[] };
      const said = (noted.said = [] as string[]);
      for (const region of document.querySelectorAll('[role="status"]'))
        new MutationObserver(() => {
          if (region.textContent !== '') said.push(region.textContent ?? '');
        }).observe(region, { subtree: true, childList: true, characterData: true });
    });
    middle.open();
    await expect(other.getByText('Answered whole.')).toBeVisible();
    const said = (): Promise<string[]> =>
      other.evaluate(() => (globalThis as typeof globalThis & { said?: string[] }).said ?? []);
    await expect.poll(said).toContain(`The answer is there: ${FIRST}`);
    expect((await said()).filter((words) => words.startsWith('The answer is there'))).toHaveLength(1);
  },
);

test(
  '[G94] on a phone a message covers neither hint nor Ask, and a long question stands cut',
  { tag: '@firefox' },
  async ({ page, world }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openAsk(page);
    await world.line.set('down');
    const turn = await ask(page, 'A long one. '.repeat(300));
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    const height = async (): Promise<number> => (await turn.locator('.asked').boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(422);
    await turn.getByRole('button', { name: 'Show all' }).click();
    expect(await height()).toBeGreaterThan(844);
    await turn.getByRole('button', { name: 'Show less' }).click();

    await question(page).fill('One\nTwo\nThree');
    await turn.getByRole('button', { name: 'Cancel' }).click();
    const message = page.locator('.toast');
    await expect(message).toBeVisible();
    const bottom = await message.evaluate((toast) => toast.getBoundingClientRect().bottom);
    for (const below of [page.locator('.compose .hint'), page.getByRole('button', { name: 'Ask', exact: true })]) {
      const top = await below.evaluate((part) => part.getBoundingClientRect().top);
      expect(bottom).toBeLessThanOrEqual(top);
    }
  },
);
