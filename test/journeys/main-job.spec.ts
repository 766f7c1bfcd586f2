import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, say } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** The nine journeys of the main job. Those marked @firefox run there too, where offline means that the line is down. */

const QUESTION = 'How do I ask for an invoice in Portuguese?';
const ANSWER = 'Precisava de uma fatura.';

test(
  '1: asked again, the answer comes from memory and nobody is paid twice',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer('Precisava ', 'de uma ', 'fatura.'));
    await openAsk(page);
    const first = await ask(page, QUESTION);
    await expect(first.getByText(ANSWER)).toBeVisible();
    await expect(from(first)).toContainText('Live from');

    await newConversation(page);
    const second = await ask(page, QUESTION);
    await expect(second.getByText(ANSWER)).toBeVisible();
    await expect(from(second)).toContainText('From the router’s memory');
    expect(world.north.calls).toHaveLength(1);
  },
);

test(
  '2: [G11] offline, the saved answer comes at once with its age, drawn as carried, and a reload stands',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.script(answer(ANSWER));
    await openAsk(page);
    const first = await ask(page, QUESTION);
    await expect(from(first)).toContainText('Live from');
    await expect(page.locator('.ticket')).toHaveCount(0);

    await world.line.set('down');
    await newConversation(page);
    await question(page).fill(QUESTION);
    const firstTextMs = await page.evaluate(async (answerText) => {
      const startedAt = performance.now();
      const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'Ask');
      button?.click();
      await new Promise<void>((resolve) => {
        const watch = new MutationObserver(() => {
          if (document.querySelector('article')?.textContent?.includes(answerText)) resolve();
        });
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      return performance.now() - startedAt;
    }, ANSWER);
    expect(firstTextMs).toBeLessThan(300);
    const turn = page.getByRole('article').first();
    await expect(from(turn)).toContainText(/Saved on this device, (just now|.+ ago)/);
    await expect(page.locator('.ticket')).toHaveCount(1);

    await page.reload();
    await expect(page.getByText(ANSWER)).toBeVisible();
    await expect(page.getByRole('article').filter({ hasText: QUESTION })).toHaveCount(1);
  },
);

test(
  '3: asked offline, it waits, outlives the browser, and is answered once',
  { tag: '@firefox' },
  async ({ world }) => {
    world.north.script(answer(ANSWER));
    const before = await world.openBrowser();
    const page = before.pages()[0] ?? (await before.newPage());
    await openAsk(page);
    await world.line.set('down');
    const turn = await ask(page, QUESTION);
    await expect(turn.getByText('Waiting to be sent')).toBeVisible();
    await before.close();

    const after = await world.openBrowser();
    const again = after.pages()[0] ?? (await after.newPage());
    await again.goto('/waiting');
    await expect(again.getByText(QUESTION).first()).toBeVisible();
    expect(world.north.calls).toHaveLength(0);

    await world.line.set('through');
    await again.goto('/');
    await again.getByRole('link', { name: QUESTION }).first().click();
    await expect(again.getByText(ANSWER)).toBeVisible();
    await expect(from(again.getByRole('article').first())).toContainText('offline');
    expect(world.north.calls).toHaveLength(1);
  },
);

test('4: the first provider dies and nobody notices but the Console', { tag: '@firefox' }, async ({ page, world }) => {
  await world.north.die();
  world.south.script(answer(ANSWER));
  await openAsk(page);
  const turn = await ask(page, QUESTION);
  await expect(turn.getByText(ANSWER)).toBeVisible();
  await expect(from(turn)).toContainText('Live from');
  await expect(page.getByRole('alert')).toHaveCount(0);

  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  await expect(page.getByText(/north.+then.+south/).first()).toBeVisible();
});

test(
  '5: the line is cut mid-answer, and the answer goes on without a gap or a repeat',
  { tag: '@firefox' },
  async ({ page, world }) => {
    const middle = gate();
    // Long enough that the cut falls into the first half, however few chunks it comes in.
    const words = Array.from({ length: 60 }, (_, index) => `word${index + 1}${'-'.repeat(90)}end `);
    world.north.script([...words.slice(0, 30).map(say), hold(middle), ...words.slice(30).map(say)]);
    await openAsk(page);
    const cutHappened = world.line.cutNextStream(2_000);
    const turn = await ask(page, 'Count to sixty in words.');
    await cutHappened;
    middle.open();
    await expect(turn.locator('.prose')).toHaveText(words.join('').trim());
    await expect(from(turn)).toContainText('Live from');
    expect(world.north.calls).toHaveLength(1);

    await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
    const asks = await page.request.get('/api/asks?limit=10');
    const listed = (await asks.json()) as { asks: { attempts: unknown[] }[] };
    expect(listed.asks).toHaveLength(1);
    expect(listed.asks[0]?.attempts).toHaveLength(1);
  },
);

test('6: a captive portal answers everything, and nothing of it is kept', async ({ page, world }) => {
  world.north.script(answer(ANSWER));
  await openAsk(page);
  await expect(from(await ask(page, QUESTION))).toContainText('Live from');

  await world.line.set('portal');
  await newConversation(page);
  const turn = await ask(page, QUESTION);
  await expect(turn.getByText(ANSWER)).toBeVisible();
  await expect(from(turn)).toContainText('Saved on this device');
  await expect(page.getByRole('status').filter({ hasText: 'sign-in' }).first()).toBeVisible();

  await page.reload();
  await expect(question(page)).toBeVisible();
  const kept = await page.evaluate(async () => {
    const texts: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(await (await cache.match(request))!.text());
    }
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name ?? '');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(new Error('The database did not open.'));
      });
      for (const store of db.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const reading = db.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => resolve(reading.result as unknown[]);
        });
        texts.push(JSON.stringify(rows));
      }
      db.close();
    }
    return texts.join('\n');
  });
  expect(kept).not.toContain('PORTAL-MARK');
  // What is sealed cannot be read there; it is read where a person reads it.
  await expect(page.getByRole('article').first()).toContainText(ANSWER);
  await expect(page.getByText('PORTAL-MARK')).toHaveCount(0);
  await page.goto('/saved');
  await page.getByRole('button', { name: QUESTION, exact: true }).click();
  await expect(page.getByText(ANSWER)).toBeVisible();
  await expect(page.getByText('PORTAL-MARK')).toHaveCount(0);
});

test(
  '7: the tab is closed mid-answer, and the answer is there when it is opened again',
  { tag: '@firefox' },
  async ({ page, world }) => {
    const middle = gate();
    world.north.script([say('Precisava '), hold(middle), say('de uma fatura.')]);
    await openAsk(page);
    const turn = await ask(page, QUESTION);
    await expect(turn.getByText('Precisava')).toBeVisible();
    const { context } = { context: page.context() };
    const keeper = await context.newPage();
    await page.close();
    middle.open();
    await (
      await world.north.called(1)
    ).over;

    await keeper.goto('/');
    await keeper.getByRole('link', { name: QUESTION }).first().click();
    // Also where whoever wrote it was lost with the tab: then its rest is fetched by its id.
    await expect(from(keeper.getByRole('article').first())).toContainText('Live from', { timeout: 60_000 });
    await expect(keeper.getByText(ANSWER)).toBeVisible();
    expect(world.north.calls).toHaveLength(1);
  },
);

test('8: two tabs and one outbox: nothing is sent twice', async ({ page, world }) => {
  const questions = ['First question?', 'Second question?', 'Third question?'];
  world.north.otherwise(answer('Answered.'));
  await openAsk(page);
  const other = await page.context().newPage();
  await openAsk(other);
  await world.line.set('down');
  for (const [index, text] of questions.entries()) {
    const tab = index % 2 === 0 ? page : other;
    await newConversation(tab);
    await expect((await ask(tab, text)).getByText('Waiting to be sent')).toBeVisible();
  }

  await world.line.set('through');
  await Promise.all([page, other].map((tab) => tab.evaluate(() => window.dispatchEvent(new Event('online')))));
  await page.goto('/waiting');
  await expect(page.getByRole('region', { name: 'Answered' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'In line' })).toHaveCount(0);
  const asked = world.north.calls.map((call) => JSON.stringify(call.body['messages']));
  for (const text of questions) expect(asked.filter((messages) => messages.includes(text))).toHaveLength(1);
  expect(asked).toHaveLength(questions.length);
});

test(
  '9: an hour offline reaches the Console once, as the device felt it',
  { tag: '@firefox' },
  async ({ page, world }) => {
    world.north.otherwise(answer(ANSWER));
    await openAsk(page);
    await expect(from(await ask(page, QUESTION))).toContainText('Live from');
    await world.line.set('down');
    for (let round = 0; round < 3; round++) {
      await newConversation(page);
      await expect(from(await ask(page, QUESTION))).toContainText('Saved on this device');
    }
    await world.line.set('through');
    await newConversation(page);
    await expect(from(await ask(page, 'Something new?'))).toContainText('Live from');

    const operator = await page.context().browser()!.newContext({ baseURL: world.line.origin });
    const console = await operator.newPage();
    await console.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
    const figures = async () =>
      (await (await console.request.get('/api/slo')).json()) as { device: { answered: number; saved: number } };
    await expect.poll(async () => (await figures()).device).toMatchObject({ answered: 5, saved: 3 });

    // Whatever brings telemetry again must not count again.
    await page.reload();
    await expect(question(page)).toBeVisible();
    await expect(from(await ask(page, 'One more?'))).toContainText('Live from');
    await expect.poll(async () => (await figures()).device).toMatchObject({ answered: 6, saved: 3 });
    await operator.close();
  },
);
