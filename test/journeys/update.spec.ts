import type { Page } from '@playwright/test';
import { gate } from '../fakes/provider/gate.ts';
import { answer, hold, say } from '../fakes/provider/script.ts';
import { ask, from, openAsk, question } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

/** New versions of the built page, as a deployment brings them, and the two ways out of a worker that went wrong. */

const READY = 'A new version is ready. Your draft is safe.';
const IN_USE = 'A new version is in use. Your draft is safe.';
const both = { tag: '@firefox' };

function findUpdate(page: Page): Promise<void> {
  return page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
}

/** Looks for an update and follows it to its end; whether it was not taken. */
function installFails(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise<ServiceWorker | null>((resolve) =>
      registration.addEventListener('updatefound', () => resolve(registration.installing), { once: true }),
    );
    await registration.update();
    const worker = await found;
    return new Promise<boolean>((resolve) => {
      const look = (): void => {
        if (worker?.state === 'redundant' || worker?.state === 'installed') resolve(worker.state === 'redundant');
      };
      worker?.addEventListener('statechange', look);
      look();
    });
  });
}

function registrations(page: Page): Promise<number> {
  return page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
}

/** Whether a worker answers for the page: its address, or null. */
function controller(page: Page): Promise<string | null> {
  return page.evaluate(() => navigator.serviceWorker.controller?.scriptURL ?? null);
}

/** The build that a tab runs. */
function buildOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const script = document.querySelector<HTMLScriptElement>('script[type="module"]');
    return /-[\w-]{8}\.(?:(\w+)\.)?js/.exec(script?.src ?? '')?.[1] ?? '';
  });
}

async function takeVersion(page: Page, version: string): Promise<void> {
  await findUpdate(page);
  await expect(page.getByText(READY)).toBeVisible();
  await page.getByRole('button', { name: 'Use it' }).click();
  await expect.poll(() => buildOf(page).catch(() => '')).toBe(version);
  await expect(page.locator('html[data-travel="ready"]')).toBeAttached();
}

async function openSaved(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Saved' }).first().click();
}

test(
  '[W8] an open page of the version before finds its lazy parts, also without a line',
  both,
  async ({ page, world }) => {
    world.line.deploy('v1');
    await openAsk(page);
    const other = await page.context().newPage();
    await openAsk(other);
    world.line.deploy('v2');
    await takeVersion(other, 'v2');
    await expect(page.getByText(IN_USE)).toBeVisible();

    await world.line.set('down');
    await openSaved(page);
    await expect(page.getByRole('heading', { name: /Saved/ }).first()).toBeVisible();
    expect(await buildOf(page)).toBe('v1');
    // And the new version is whole without a line, too.
    await other.reload();
    await expect(question(other)).toBeVisible();
    await openSaved(other);
    await expect(other.getByRole('heading', { name: /Saved/ }).first()).toBeVisible();
  },
);

test(
  '[W8] [W13] a page two versions behind is told that a part of it is gone, and loads the newest',
  both,
  async ({ page, world }) => {
    world.line.deploy('v1');
    await openAsk(page);
    const other = await page.context().newPage();
    await openAsk(other);
    for (const version of ['v2', 'v3']) {
      world.line.deploy(version);
      await takeVersion(other, version);
    }
    await openSaved(page);
    await expect(page.getByText('A part of this page could not be loaded. Your draft is safe.')).toBeVisible();
    await page.getByRole('button', { name: 'Load again' }).click();
    await expect.poll(() => buildOf(page).catch(() => '')).toBe('v3');
  },
);

test('[W9] a first install that failed is tried again while the page is open', both, async ({ page, world }) => {
  // Of what belongs to the page something is answered by a sign-in page.
  world.line.portalAt(/^\/icon-/);
  await page.goto('/');
  await expect(question(page)).toBeVisible();
  await expect.poll(() => world.line.seen.filter((request) => request === 'GET /sw.js').length).toBeGreaterThan(1);
  expect(await controller(page)).toBeNull();
  world.line.portalAt(null);
  await expect.poll(() => controller(page), { timeout: 60_000 }).toContain('/sw.js');
});

test(
  '[W11] a new version waits for the answer that another tab is writing, and takes no draft',
  both,
  async ({ page, world }) => {
    const middle = gate();
    world.north.script([say('Precisava '), hold(middle), say('de uma fatura.')]);
    world.line.deploy('v1');
    await openAsk(page);
    const writer = await page.context().newPage();
    await openAsk(writer);
    const turn = await ask(writer, 'How do I ask for an invoice?');
    await expect(turn.getByText('Precisava')).toBeVisible();
    await question(writer).fill('Half another question');
    await question(page).fill('Half a question');

    world.line.deploy('v2');
    await findUpdate(page);
    await expect(page.getByText(READY)).toBeVisible();
    await page.getByRole('button', { name: 'Use it' }).click();
    await expect(
      page.getByText('The new version takes over once the answer that is being written is there.'),
    ).toBeVisible();
    expect(await buildOf(page)).toBe('v1');

    middle.open();
    await expect.poll(() => buildOf(page).catch(() => '')).toBe('v2');
    await expect(question(page)).toHaveValue('Half a question');
    await expect(turn.getByText('Precisava de uma fatura.')).toBeVisible();
    await expect(from(turn)).toContainText('Live from');
    await expect(writer.getByText(IN_USE)).toBeVisible();
    await expect(question(writer)).toHaveValue('Half another question');
    await writer.getByRole('button', { name: 'Load again' }).click();
    await expect.poll(() => buildOf(writer).catch(() => '')).toBe('v2');
    await expect(question(writer)).toHaveValue('Half another question');
    expect(world.north.calls).toHaveLength(1);
  },
);

test(
  '[W6] an update in the middle of which a portal comes up is not taken, and nothing of the portal is kept',
  both,
  async ({ page, world }) => {
    world.line.deploy('v1');
    await openAsk(page);
    // The new worker comes through, and none of its files.
    world.line.deploy('v2');
    world.line.portalAt(/^\/assets\//);
    expect(await installFails(page)).toBe(true);
    await page.reload();
    await expect(question(page)).toBeVisible();
    expect(await buildOf(page)).toBe('v1');
    await openSaved(page);
    await expect(page.getByRole('heading', { name: /Saved/ }).first()).toBeVisible();

    world.line.portalAt(null);
    await takeVersion(page, 'v2');
  },
);

test('[W14] the operator takes the worker away; the page and what waits stay', both, async ({ page, world }) => {
  await openAsk(page);
  // Nothing that is asked gets through, so that it is seen waiting.
  world.line.portalAt(/^\/ai/);
  const turn = await ask(page, 'How do I ask for an invoice?');
  await expect(turn.getByText('Waiting to be sent')).toBeVisible();
  const { pathname } = new URL(page.url());
  await question(page).fill('Half another question');

  await world.restartRouter({ LAYOVER_WORKER: 'off' });
  await page.evaluate(() => Object.assign(window, { stillTheSame: true }));
  await findUpdate(page).catch((gone: unknown) => void gone);
  await page.waitForFunction(() => !('stillTheSame' in window));
  await expect.poll(() => registrations(page)).toBe(0);
  await page.goto(pathname);
  expect(await controller(page)).toBeNull();
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  await expect(page.getByRole('article').first().getByText('Waiting to be sent')).toBeVisible();
  await expect(question(page)).toHaveValue('Half another question');

  // Switched on again, the next visit has it back.
  await world.restartRouter();
  await openAsk(page, pathname);
  await expect(page.getByRole('article').first().getByText('Waiting to be sent')).toBeVisible();
  world.north.script(answer('Precisava de uma fatura.'));
  world.line.portalAt(null);
  // It may go by itself in the same moment.
  const sendNow = page.getByRole('button', { name: 'Send now' }).first();
  await sendNow.click({ timeout: 5_000 }).catch((gone: unknown) => void gone);
  await expect(page.getByRole('article').first().getByText('Precisava de uma fatura.')).toBeVisible();
});

test(
  '[W15] ?nosw opens the page without its worker for one visit, and leaves what is kept alone',
  both,
  async ({ page, world }) => {
    world.north.script(answer('Precisava de uma fatura.'));
    await openAsk(page);
    const turn = await ask(page, 'How do I ask for an invoice?');
    await expect(from(turn)).toContainText('Live from');
    const { pathname } = new URL(page.url());

    await page.goto(`${pathname}?nosw`);
    await expect(page.getByText('Layover works without its worker here')).toBeVisible();
    expect(await controller(page)).toBeNull();
    expect(await registrations(page)).toBe(0);
    await expect(page.getByText('Precisava de uma fatura.')).toBeVisible();
    world.north.script(answer('Sem recibo.'));
    const next = await ask(page, 'And without one?');
    await expect(next.getByText('Sem recibo.')).toBeVisible();

    await page.goto(pathname);
    await expect(page.locator('html[data-travel="ready"]')).toBeAttached();
    await expect(page.getByText('Sem recibo.')).toBeVisible();
  },
);
