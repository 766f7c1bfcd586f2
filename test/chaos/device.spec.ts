import Database from 'better-sqlite3';
import type { BrowserContext, Page } from '@playwright/test';
import { join } from 'node:path';
import type { FakeCall } from '../fakes/provider/fake-call.ts';
import { gate } from '../fakes/provider/gate.ts';
import { finish, hold, say, type Step } from '../fakes/provider/script.ts';
import { openAsk, question } from '../journeys/harness/asking.ts';
import { expect, test } from '../journeys/harness/world.ts';
import { seededDice, type Dice } from '../fakes/random.ts';

/**
 * Chaos on the device: two tabs ask, and a seeded course of events drops, stalls and cuts the line, kills worker and router, and
 * restarts the browser. Whatever happens, nothing asked is lost, nothing runs twice while it lives, and nothing half is whole.
 */

const SEED = 20_261_121;
/** `LAYOVER_CHAOS_ASKS` makes a shorter storm, for whoever looks for a fault in it. */
const ASKS = Number(process.env['LAYOVER_CHAOS_ASKS'] ?? 500);
/** A new conversation after so many asks of a tab: each ask carries its whole history. */
const ASKS_PER_CONVERSATION = 4;
/** After these asks, the router is killed, and the browser closed and opened again. */
const ROUTER_DIES_AFTER = [90, 210, 330, 450];
const BROWSER_RESTARTS_AFTER = [150, 390];

const wordsOf = (n: number): string[] => [
  `Answer ${n} begins. `,
  ...Array.from({ length: 6 }, (_, at) => `Part ${at} of ${n}. `),
  `End of ${n}.`,
];

test('500 asks from two tabs through a seeded storm: each is answered once and whole, or waits in sight', async ({
  world,
}) => {
  test.setTimeout(1_500_000);
  const dice = seededDice(SEED);
  const storm = new Storm(dice);
  let kills = 0;
  /** For each question, how often the router had been killed when a provider was called for it. */
  const runs = new Map<number, number[]>();
  world.north.otherwise((call) => {
    const n = numberOf(call);
    runs.set(n, [...(runs.get(n) ?? []), kills]);
    return paced(wordsOf(n), seededDice(SEED + n));
  });

  let browser = await world.openBrowser();
  let tabs = await openTabs(browser);
  for (let n = 1; n <= ASKS; n++) {
    const tab = tabs[n % tabs.length] as Page;
    // A tab behind another is drawn once a second, and every click waits for that.
    await tab.bringToFront();
    if (Math.ceil(n / tabs.length) % ASKS_PER_CONVERSATION === 1) await newConversation(tab);
    await storm.blow(world, tab);
    await question(tab).fill(`Question ${n}?`);
    await question(tab).press('Enter');
    await expect(question(tab)).toHaveValue('');
    await expect(tab.getByRole('article').filter({ hasText: `Question ${n}?` })).toBeVisible();
    if (ROUTER_DIES_AFTER.includes(n)) {
      kills += 1;
      await world.restartRouter();
    }
    if (BROWSER_RESTARTS_AFTER.includes(n)) {
      await areKept(tab, n);
      await browser.close();
      browser = await world.openBrowser();
      tabs = await openTabs(browser);
    }
  }

  await world.line.set('through');
  const [page] = tabs as [Page];
  await page.bringToFront();
  await areKept(page, ASKS);
  await calmDown(page);
  const seen = await readEverything(page);
  const waiting = seen.filter(({ state }) => state === 'waiting');
  const answered = seen.filter(({ state }) => state === 'answered');
  const numbers = seen.map(({ n }) => n).sort((a, b) => a - b);
  const twice = numbers.filter((n, at) => numbers[at - 1] === n);
  for (const turn of seen) if (twice.includes(turn.n) || turn.state === 'other') console.log(JSON.stringify(turn));
  expect(numbers).toEqual(Array.from({ length: ASKS }, (_, at) => at + 1));
  expect(seen.filter(({ state }) => state === 'other')).toEqual([]);
  for (const { n, text } of answered) expect(text).toContain(wordsOf(n).join('').trim());
  expect(answered.length + waiting.length).toBe(ASKS);
  expect(waiting.length).toBeLessThan(ASKS / 10);

  // Twice only after a kill in between, and never for what was not running then.
  for (const [n, killsBefore] of runs) expect(new Set(killsBefore).size, `Runs of ${n}`).toBe(killsBefore.length);
  const calls = [...runs.values()].flat().length;
  const saved = await readSaved(page);
  for (const { n, text } of saved) expect(text).toContain(wordsOf(n).join('').trim());

  await expect
    .poll(async () => (await figuresOf(page, world.masterKey)).device.answered, { timeout: 60_000 })
    .toBe(answered.length);
  await browser.close();
  await world.router.stop();
  const ledger = new Database(join(world.dataFolder, 'layover.db'), { readonly: true });
  const rows = ledger
    .prepare("select request_id, count(*) as runs from ledger_ask where delivery = 'provider' group by request_id")
    .all() as { request_id: string; runs: number }[];
  ledger.close();
  expect(rows.reduce((sum, row) => sum + row.runs, 0)).toBe(calls);
  console.log(
    `${ASKS} asks: ${answered.length} answered, ${waiting.length} waiting; ${calls} runs, ${kills} kills of the router; ` +
      `events: ${JSON.stringify(storm.counts)}`,
  );
});

/** What may happen before an ask, drawn from the seed. */
class Storm {
  readonly counts: Record<string, number> = {};
  readonly #dice: Dice;
  #spoiledFor = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  async blow(world: Parameters<Parameters<typeof test>[2]>[0]['world'], tab: Page): Promise<void> {
    if (this.#spoiledFor > 0) {
      this.#spoiledFor -= 1;
      if (this.#spoiledFor === 0) await world.line.set('through');
    } else if (this.#falls(0.1)) {
      const mode = (['down', 'silent', 'portal'] as const)[Math.floor(this.#dice() * 3)] ?? 'down';
      this.#spoiledFor = 1 + Math.floor(this.#dice() * 6);
      this.#count(mode);
      await world.line.set(mode);
    }
    if (this.#falls(0.1)) {
      this.#count('cut');
      void world.line.cutNextStream(Math.floor(this.#dice() * 1_500));
    }
    if (this.#falls(0.05)) {
      this.#count('worker killed');
      await killWorkers(tab);
    }
  }

  #falls(chance: number): boolean {
    return this.#dice() < chance;
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

/** An answer at the pace of a provider: a pause before some of its pieces, as drawn. */
function paced(words: readonly string[], dice: Dice): Step[] {
  const pieces = words.flatMap((word) => {
    if (dice() > 0.4) return [say(word)];
    const pause = gate();
    setTimeout(() => pause.open(), dice() * 120);
    return [hold(pause), say(word)];
  });
  return [...pieces, finish()];
}

async function openTabs(browser: BrowserContext): Promise<Page[]> {
  const first = browser.pages()[0] ?? (await browser.newPage());
  const second = await browser.newPage();
  const tabs = [first, second];
  for (const tab of tabs) await openAsk(tab);
  return tabs;
}

/** Waits until so many questions are on the disk. Until then their words stand as drafts, and a person would press Ask again. */
async function areKept(tab: Page, count: number): Promise<void> {
  const kept = (): Promise<number> =>
    tab.evaluate(async () => {
      const name = (await indexedDB.databases())
        .map((each) => each.name ?? '')
        .find((each) => each.startsWith('layover:'));
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name ?? '');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(new Error('The database did not open.'));
      });
      const turns = await new Promise<number>((resolve) => {
        const counting = database.transaction('turns').objectStore('turns').count();
        counting.onsuccess = () => resolve(counting.result);
      });
      database.close();
      return turns;
    });
  await expect.poll(kept).toBe(count);
}

async function newConversation(tab: Page): Promise<void> {
  await tab.getByRole('link', { name: 'New conversation' }).first().click();
  await expect(tab.getByRole('article')).toHaveCount(0);
}

/** Ends every worker as the browser does that wants its memory back. */
async function killWorkers(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

function numberOf(call: FakeCall): number {
  const messages = call.body['messages'] as { role: string; content: string }[];
  return Number(/Question (\d+)\?/.exec(messages.findLast(({ role }) => role === 'user')?.content ?? '')?.[1]);
}

/** Gives what waits its time: a waiting ask may have drawn up to minutes, and a person would press "Send now". */
async function calmDown(page: Page): Promise<void> {
  await page.goto('/waiting');
  // Until the list is read there is no button either.
  await expect(page.locator('.waits-row').or(page.getByText('Nothing waits')).first()).toBeVisible();
  await expect(async () => {
    for (const button of await page.getByRole('button', { name: 'Send now' }).all())
      await button.click({ timeout: 1_000 }).catch((gone: unknown) => void gone);
    await expect(page.getByRole('button', { name: 'Send now' })).toHaveCount(0, { timeout: 3_000 });
  }).toPass({ timeout: 300_000 });
}

interface Seen {
  n: number;
  state: 'answered' | 'waiting' | 'other';
  text: string;
}

/** Every turn of every conversation, as it stands in front of the person. */
async function readEverything(page: Page): Promise<Seen[]> {
  await page.goto('/');
  await expect(page.getByRole('navigation', { name: 'Layover', exact: true })).toBeVisible();
  const links = page.locator('.rail a[href^="/c/"]');
  await expect.poll(() => links.count()).toBeGreaterThan(ASKS / ASKS_PER_CONVERSATION - 1);
  const paths = await links.evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
  const seen: Seen[] = [];
  for (const path of new Set(paths)) {
    await page.goto(path);
    await expect(page.getByRole('article').first()).toBeVisible();
    // What still comes is waited for; an answer that lost its writer is fetched by its id after 11 s.
    await expect(page.locator('article [aria-busy="true"]')).toHaveCount(0, { timeout: 60_000 });
    // The words are drawn a frame after the turn stands.
    await expect(page.locator('article .prose:empty')).toHaveCount(0);
    // All of them in one look: turns that come meanwhile would move those that are read by their place.
    for (const words of await page.getByRole('article').allInnerTexts()) {
      const text = words.replaceAll(/\s+/g, ' ');
      const n = Number(/Question (\d+)\?/.exec(text)?.[1]);
      const isAnswered = /Live from|Arrived at|From the router’s memory|Saved on this device/.test(text);
      seen.push({ n, text, state: isAnswered ? 'answered' : /Waiting|Being sent/.test(text) ? 'waiting' : 'other' });
    }
  }
  return seen;
}

/** Every saved answer, opened. */
async function readSaved(page: Page): Promise<{ n: number; text: string }[]> {
  await page.goto('/saved');
  const tickets = page.locator('.ticket.saved');
  await expect(tickets.first()).toBeVisible();
  const read: { n: number; text: string }[] = [];
  for (const ticket of await tickets.all()) {
    await ticket.getByRole('button').first().click();
    await expect(ticket.locator('.prose')).toContainText('End of');
    const text = (await ticket.innerText()).replaceAll(/\s+/g, ' ');
    read.push({ n: Number(/Question (\d+)\?/.exec(text)?.[1]), text });
  }
  return read;
}

async function figuresOf(page: Page, masterKey: string): Promise<{ device: { answered: number } }> {
  const response = await page.request.get('/api/slo', { headers: { authorization: `Bearer ${masterKey}` } });
  return (await response.json()) as { device: { answered: number } };
}
