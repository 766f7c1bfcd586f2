import { startFakeProvider } from '../fakes/provider/fake-provider.ts';
import { gate } from '../fakes/provider/gate.ts';
import { finish, hold, say } from '../fakes/provider/script.ts';
import { browserVariables, findBrowser } from '../run/browsers.ts';
import { expect } from './harness/world.ts';
import { test } from './harness/own-router.ts';
import { temporaryFolder } from './harness/router-process.ts';
import { startUndriven } from './harness/undriven.ts';

/** The one journey that takes real time: what it shows is what a browser does with a worker when nobody looks. */

const PARTS = 40;
const PART_EVERY_MS = 5_000;
const CLOSED_AT_MS = 12_000;

test('[W30] without DevTools, an answer of 200 s whose tab was closed at 12 s is whole in history', async ({
  openRouter,
  atEnd,
}) => {
  test.setTimeout(400_000);
  const chromium = findBrowser('chromium', process.env);
  if (chromium === null) throw new Error(`There is no Chromium here; \`${browserVariables.chromium}\` may name one.`);
  const north = await startFakeProvider({ wire: 'openai' });
  atEnd(() => north.close());
  const gates = Array.from({ length: PARTS }, () => gate());
  north.script([
    ...gates.flatMap((each, at) => [...(at === 0 ? [] : [hold(each)]), say(`Part ${at + 1}. `)]),
    finish(),
  ]);
  const router = await openRouter({
    config: `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/north-large, api_base: "${north.apiBase}", api_key: ${north.apiKey}, timeout: 400, stream_timeout: 30 }
`,
    environment: {},
  });
  const profile = await temporaryFolder();
  atEnd(() => profile.remove());
  const browser = await startUndriven(router.origin, chromium.path, profile.path);
  atEnd(() => browser.end());

  browser.open('/', { kind: 'ask', question: 'Tell me a story of two hundred seconds' });
  const begun = await browser.told('first-word');
  const beganAt = performance.now();
  let opened = 1;
  let closed = false;
  // Real time is the subject here: the worker is to live through it.
  while (opened < PARTS) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const elapsedMs = performance.now() - beganAt;
    if (!closed && elapsedMs >= CLOSED_AT_MS) {
      closed = true;
      browser.close();
      await browser.told('closed');
    }
    for (; opened < PARTS && elapsedMs >= opened * PART_EVERY_MS; opened += 1) gates[opened]?.open();
  }
  const call = await north.called(1);
  await call.over;
  expect(call.outcome).toBe('finished');
  // The worker commits as soon as the last part is there.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const fetchedAgain = browser.seen.filter((request) => request.startsWith('GET /ai/'));

  browser.cutOff();
  browser.open(begun.path, { kind: 'read', until: `Part ${PARTS}.` });
  const read = await browser.told('read');
  const whole = Array.from({ length: PARTS }, (_, at) => `Part ${at + 1}.`).join(' ');
  expect(read.text.replaceAll(/\s+/g, ' ')).toContain(whole);
  expect(read.text).not.toMatch(/arriving|resuming/i);
  // One stream, from the first part to the last: nothing had to be fetched again by its id.
  expect(fetchedAgain).toEqual([]);
});
