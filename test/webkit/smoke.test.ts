import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { startFaultyLine, type FaultyLine } from '../fakes/faulty-line.ts';
import { answer } from '../fakes/provider/script.ts';
import { startRouter, temporaryFolder } from '../journeys/harness/router-process.ts';
import { openWebKit, type WebKitBrowser } from './webkit-browser.ts';

/**
 * Journeys 1, 2 and 6 of the main job in WebKitGTK, the engine of Safari as Debian has it. What it cannot show here: a browser that is
 * closed and opened again (an automation session keeps nothing), Background Sync and badges (the engine has none), Safari's own storage rules.
 */

const QUESTION = 'How do I ask for an invoice in Portuguese?';
const ANSWER = 'Precisava de uma fatura.';

let north: FakeProvider;
let line: FaultyLine;
let browser: WebKitBrowser;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  north = await startFakeProvider({ wire: 'openai' });
  const folder = await temporaryFolder();
  const router = await startRouter({
    dataFolder: folder.path,
    config: `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/north-large, api_base: "${north.apiBase}", api_key: ${north.apiKey} }
features:
  default: { title: Guest answers, model: app/chat, cache: { ttl_seconds: 3600 } }
travel: { first_token_limit_seconds: { saved: 1, none: 6 } }
`,
  });
  line = await startFaultyLine(router.origin);
  browser = await openWebKit(existsSync);
  ends.unshift(
    () => browser.end(),
    () => line.close(),
    () => router.kill(),
    () => north.close(),
    () => folder.remove(),
  );
  await browser.goTo(line.origin);
  await browser.until('travel mode is on', `return document.documentElement.dataset.travel === 'ready';`);
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function ask(text: string): Promise<void> {
  await browser.type('#say', text);
  await browser.press('Ask');
}

async function newConversation(): Promise<void> {
  await browser.follow('New conversation');
  await browser.until('the conversation is empty', `return document.querySelectorAll('article').length === 0;`);
}

const reads = (words: string): Promise<void> =>
  browser.until(
    `an answer reads “${words}”`,
    `return [...document.querySelectorAll('article')].some((each) => each.textContent.includes(args[0]));`,
    words,
  );

/** The answer stands whole. A reload while the worker still streams it is one that this engine does not always end. */
const isWhole = (): Promise<void> =>
  browser.until(
    'the answer stands whole',
    `return document.querySelector('[aria-busy=true]') === null && document.querySelector('article') !== null;`,
  );

describe('WebKitGTK', () => {
  test('[W31] 1: asked again, the answer comes from memory and nobody is paid twice', async () => {
    north.script(answer('Precisava ', 'de uma ', 'fatura.'));
    await ask(QUESTION);
    await reads(ANSWER);
    await reads('Live from');
    await newConversation();
    await ask(QUESTION);
    await reads(ANSWER);
    await reads('From the router’s memory');
    expect(north.calls).toHaveLength(1);
  });

  test('[W31] 2: offline, the saved answer comes with its age, and a reload stands', async () => {
    north.script(answer(ANSWER));
    await ask(QUESTION);
    await reads('Live from');
    await line.set('down');
    await newConversation();
    await ask(QUESTION);
    await reads('Saved on this device');
    await isWhole();
    await browser.reload();
    await reads(ANSWER);
  });

  test('[W31] 6: a captive portal answers everything, and nothing of it is kept', async () => {
    north.script(answer(ANSWER));
    await ask(QUESTION);
    await reads('Live from');
    await line.set('portal');
    await newConversation();
    await ask(QUESTION);
    await reads('Saved on this device');
    await browser.until(
      'the page says that the Wi-Fi wants a sign-in',
      `return [...document.querySelectorAll('[role=status]')].some((each) => each.textContent.includes('sign-in'));`,
    );
    await isWhole();
    await browser.reload();
    await reads(ANSWER);
    const cached = await browser.run(`
      const texts = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
      }
      return texts.join('');`);
    expect(String(cached).length).toBeGreaterThan(10_000);
    expect(cached).not.toContain('PORTAL-MARK');
  });
});
