import type { Locator, Page } from '@playwright/test';
import { expect } from './world.ts';

/** Opens the Ask view and waits until travel mode is on: the worker controls the page and knows the policy. */
export async function openAsk(page: Page, path = '/'): Promise<void> {
  await page.goto(path);
  await expect(question(page)).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(page.locator('html[data-travel="ready"]')).toBeAttached();
}

export function question(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Your question' });
}

/** Types a question and sends it. Gives the turn in which its answer will stand. */
export async function ask(page: Page, text: string): Promise<Locator> {
  const before = await page.getByRole('article').count();
  await question(page).fill(text);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  return page.getByRole('article').nth(before);
}

/** Leaves the conversation for a new one, and waits until it is empty: a turn is counted from what stands. */
export async function newConversation(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'New conversation' }).first().click();
  await expect(page.getByRole('article')).toHaveCount(0);
}

/** The line of words that says where an answer came from. */
export function from(turn: Locator): Locator {
  return turn.locator('.from');
}
